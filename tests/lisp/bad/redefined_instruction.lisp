(defun car (x) x)
; error: Error: 'car' is a reserved keyword., line: 1
