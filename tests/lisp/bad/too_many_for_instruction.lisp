(size '(1) '(2))
; error: Error: Wrong number of arguments for: 'size'
; place: 1:1
