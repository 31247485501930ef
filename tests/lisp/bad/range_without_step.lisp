(range 0 10 0)
; error: Error: the step of a range cannot be zero
; place: 1:1
