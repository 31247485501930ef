(setq (a b) '(1 2 3))
; error: Error: a list of variable should have the same size as its value.
; place: 1:1
