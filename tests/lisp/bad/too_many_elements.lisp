(setq count 100000000000)
(iota count)
; error: Error: not enough memory for 100000000000 elements
; place: 2:1
