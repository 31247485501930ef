(defun car (x) x)
; error: Error: 'car' is a reserved keyword.
; place: 1:1
