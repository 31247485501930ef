(defspace a (defun f () 1))
(f)
; error: Error: Unbound atom: 'f'
; place: 2:1
