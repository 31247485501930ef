(defun f () (setq x 1) (g))
(defun g ()
  x)
(f)
; error: Error: Unbound atom: 'x'
; place: 3:3
