(sqrt 1 2)
; error: Error: Wrong number of arguments for: 'sqrt'
; place: 1:1
