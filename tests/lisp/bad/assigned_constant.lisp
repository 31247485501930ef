(setconst limit 3)
(setq limit 4)
; error: Error: 'limit' is a constant value
; place: 2:1
