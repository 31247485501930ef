(matrix '((1 2) (3)))
; error: Error: the rows of a matrix have the same size
; place: 1:1
