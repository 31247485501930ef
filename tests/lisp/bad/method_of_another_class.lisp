(class@ A (n) (defun get () n))
(class@ B (n))
((A 1) B (get))
; error: Error: mismatch between class instance and class definition
; place: 3:1
