(println 1 .)
; error: Error: nothing to call after '.'
; place: 1:1
