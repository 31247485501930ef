(defun f (x))
; error: Error: wrong number of arguments
; place: 1:1
