(setq l '(1 2))
(@ l 2)
; error: Error: index out of bounds
; place: 2:1
