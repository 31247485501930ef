(size '(1) '(2))
; error: Error: Wrong number of arguments for: 'size', line: 1
