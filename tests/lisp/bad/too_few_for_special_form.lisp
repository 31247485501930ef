(if 1)
; error: Error: Wrong number of arguments for: 'if'
; place: 1:1
