(setq d {"a":1)
; error: Error: parentheses do not balance
; place: 1:15
