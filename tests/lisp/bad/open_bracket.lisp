(setq l '[1 2)
; error: Error: parentheses do not balance
; place: 1:14
