(defun f (x y) x)

(f 1)
; error: Error: Wrong number of arguments in call to: '(f (x y)...)'
; place: 3:1
