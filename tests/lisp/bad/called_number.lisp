(setq f nil)
(f 3)
; error: Unknown function call
; place: 2:1
