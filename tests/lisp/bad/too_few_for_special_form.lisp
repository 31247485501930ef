(if 1)
; error: Error: Wrong number of arguments for: 'if', line: 1
