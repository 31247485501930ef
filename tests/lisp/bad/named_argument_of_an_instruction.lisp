(size (? list 2))
; error: Error: only what the program defines takes named arguments
; place: 1:7
