(class@ Counter (n) (defun inc () (+= n 1)))
(setq c (Counter 1))
(c (dec))
; error: Error: Unbound atom: 'dec'
; place: 3:4
