(cond 1)
; error: Error: in a 'cond' the first element must be a list
; place: 1:1
