(invert '((1 2) (2 4)))
; error: Error: the matrix is singular
; place: 1:1
