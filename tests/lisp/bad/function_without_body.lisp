(defun f (x))
; error: Error: wrong number of arguments, line: 1
