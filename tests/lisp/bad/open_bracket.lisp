(setq l '[1 2)
; error: Error: parentheses do not balance, line: 1
