(defun f (x)
  (squar x))
(f 2)
; error: Error: Unbound atom: 'squar'
; place: 2:3
