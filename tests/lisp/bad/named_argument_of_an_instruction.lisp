(size (? list 2))
; error: Error: 'size' takes no named arguments
; place: 1:1
