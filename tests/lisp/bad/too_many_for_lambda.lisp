((λ (x) x) 1 2)
; error: Error: Wrong number of arguments in: '(lambda (x)...)'
; place: 1:1
