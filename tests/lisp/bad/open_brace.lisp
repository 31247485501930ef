(setq d {"a":1)
; error: Error: parentheses do not balance, line: 1
