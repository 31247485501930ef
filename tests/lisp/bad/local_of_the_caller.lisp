(defun f () (setq x 1) (g))
(defun g ()
  x)
(f)
; error: Error: Unbound atom: 'x', line: 3
