(determinant '((1 a) (3 4)))
; error: Error: 'determinant' needs numbers, not 'a'
; place: 1:1
