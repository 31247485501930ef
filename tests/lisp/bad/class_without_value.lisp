(class@ Counter (name))
(setq c (Counter))
; error: Error: argument list mismatch with the parameter list
; place: 2:9
