(setq _ 3)
; error: Error: '_' is a constant value
; place: 1:1
