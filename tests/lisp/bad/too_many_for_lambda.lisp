((λ (x) x) 1 2)
; error: Error: Wrong number of arguments in: '(lambda (x)...)', line: 1
