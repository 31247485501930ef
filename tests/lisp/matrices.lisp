; Matrices, tensors and array operators.

(rho 3 (integers 7))               ; => (7 7 7)
(rho '(2 3) '(1 2))                ; => ((1 2 1) (2 1 2))
(rho (rho 2 3 '(1)))               ; => (2 3)
(type (rho (rho 2 3 '(1))))        ; => integers_
(type (rho 2 2 '(1.5 2)))          ; => list_
(type (rho 2 2 (numbers 1.5)))     ; => matrix_number_
(// '+ '((1 2) (3 4)))             ; => (3 7)
(// '= '(1 1))                     ; => 1
(// (λ (a b) (+ a b)) '(1 2))      ; => 3
(// '+ (rho 2 2 2 '(1 2 3 4 5 6 7 8))) ; => ((3 7) (11 15))
(-// '+ (rho 2 2 2 '(1 2 3 4 5 6 7 8))) ; => ((6 8) (10 12))
(// '(1 2))                        ; => (1 2)
(\\ '+ (rho 2 2 '(1 2 3 4)))       ; => ((1 3) (3 7))
(-\\ '+ (rho 2 2 '(1 2 3 4)))      ; => ((1 2) (4 6))
(↗ '+ '(1 2))                      ; => 3
(⌿ '- '(1 2 3))                    ; => 0
(↘ '+ '(1 2))                      ; => (1 3)
(⍀ '+ '(1 2 3))                    ; => (3 5 6)
(outer '+ '(1 2) '(3 4))           ; => ((4 5) (5 6))
(. '+ '* '(1 2) '(3 4))            ; => 11
(. '(1 2) '+ '* '(3 4))            ; => 11
(⌹ (matrix_number '((2 0) (0 4)))) ; => ((0.5 0) (0 0.25))
(⌹ '((2 0) (0 4)) '(2 2))          ; => (1 0.5)
(∈ '(1 9) '(1 2))                  ; => (1 0)
(, '((1 2) 3))                     ; => (1 2 3)
(, 1 2)                            ; => (1 2)
(rank@ (rho 2 3 '(1 2 3 4 5 6)) 1) ; => (4 5 6)
(rank@ (rho 2 3 '(1 2 3 4 5 6)) -1 1) ; => (2 5)
(⍤ (rho 2 3 '(1 2 3 4 5 6)) nil 1) ; => (2 5)
(setq l ()) (loop col (irank@ (rho 2 3 '(1 2 3 4 5 6)) -1) (push l col)) l ; => ((1 4) (2 5) (3 6))
(determinant '((1 2) (3 4)))       ; => -2
(matrix_float '((1 2) (3 4)))      ; => ((1 2) (3 4))
(matrix_float 2 2 1.5)             ; => ((1.5 1.5) (1.5 1.5))
(tensor_float 1 2 2)               ; => (((0 0) (0 0)))
(matrix 2 2)                       ; => ((0 0) (0 0))
(matrix 3 list 2)                  ; error: Error: the dimensions of a matrix are whole numbers above zero
(tensor 2 list)                    ; error: Error: the dimensions of a matrix are whole numbers above zero
(matrix '((1 2) (3)))              ; error: Error: the rows of a matrix have the same size
(determinant '((1 a) (3 4)))       ; error: Error: 'determinant' needs numbers, not 'a'
(solve '((1 2) (2 4)) '(1 2))      ; error: Error: the matrix is singular
(solve 3 4)                        ; error: Error: 'solve' needs a square matrix
(lubksb 3 4)                       ; error: Error: 'lubksb' needs a list, not '3'
(invert '(1 2))                    ; error: Error: 'invert' needs a square matrix

(⍴ 2 2 '(1 2 3 4))                 ; => ((1 2) (3 4))
(reduce '* '(2 3 4))               ; => 24
(reduce 'max (integers 3 9 4))     ; => 9
(backreduce '- '(1 2 3))           ; => 0
(scan '* '(2 3 4))                 ; => (2 6 24)
(backscan '* '(2 3 4))             ; => (4 12 24)
(scan '(1 0 1) '(7 8))             ; error: Error: Lists should all have the same size in '\\'
(inner '+ '* '((1 2) (3 4)) '(1 1))    ; => (3 7)
(inner 'max '+ '(1 2) '(3 1))      ; => 4
(transpose (rho 2 3 '(1 2 3 4 5 6)))   ; => ((1 4) (2 5) (3 6))
(member "ab" '("b"))               ; => (0 1)
(setq l (list)) (loop r (irank (rho 2 2 '(1 2 3 4)) 1) (push l r))    ; => (3 4)
(rank@ (rho 2 2 2 (iota 8)) -1 1 0)    ; => (3 7)
(matrix_short 1 2)                 ; => ((0 0))
(type (tensor_short 1 1 2))        ; => tensor_short_
(matrix_integer '((1.5 2) (3 4)))  ; => ((1 2) (3 4))
(matrix_string 1 2 "a")            ; => (("a" "a"))
(tensor_string 1 1 1)              ; => ((("")))
(type (tensor_number 1 1 1))       ; => tensor_number_
(matrix_number 2 0)                ; error: Error: the dimensions of a matrix are whole numbers above zero
(matrix_number 1 1 'a)             ; error: Error: 'matrix_number' needs numbers, not 'a'
(setq m (matrix_number '((4 3) (6 3)))) (setq p (ludcmp m))    ; => true
(list m p)                         ; => (((6 3) (0.666667 1)) (1 1))
(lubksb m p '(10 12))              ; => (1 2)
(lubksb m p)                       ; => ((-0.5 0.5) (1 -0.666667))
(invert (matrix_number '((4 3) (6 3))))    ; => ((-0.5 0.5) (1 -0.666667))
(ludcmp (matrix_number '((1 2) (2 4))))    ; error: Error: the matrix is singular
(+ (rho 2 2 '(1 2 3 4)) (rho 2 2 '(1 1 1 1)))    ; => ((2 3) (4 5))
(* (rho 2 2 '(1 2 3 4)) 2)         ; => ((2 4) (6 8))
(matrix 3 (list 1 2))              ; error: Error: the dimensions of a matrix are whole numbers above zero
(matrix '(1 2 3))                  ; error: Error: 'matrix_number' needs a list of rows
(matrix 2 2 '(1 2))                ; error: Error: 'matrix_number' needs numbers, not '(1 2)'
(tensor '(1 1 2))                  ; => (((0 0)))
(-// '+ '((1 2) (3)))              ; error: Error: the rows of a matrix have the same size
(-\\ '+ '((1 2) (3)))              ; error: Error: the rows of a matrix have the same size
(⍉ '((1 2) (3)))                   ; error: Error: the rows of a matrix have the same size

; Operations on the rows of a matrix give a matrix.
(setq m (rho 3 3 (iota 9)))        ; => true
(⌽ (⌽ m 1 true) 1)                 ; => ((5 6 4) (8 9 7) (2 3 1))
(type (⌽ m 1 true))                ; => matrix_integer_
(type (@@ m 0 2))                  ; => matrix_integer_
(type (cdr m))                     ; => matrix_integer_
(type (filterlist (\(row) (> (sum row) 100)) m)) ; => list_

; What programs make of a matrix need not be one any more.
(setq m (rho 2 2 '(1 2 3 4)))      ; => true
(set@ m 0 5)                       ; => (5 (3 4))
(type m)                           ; => list_
(sum m)                            ; => 12
(size (+ (rho 100 100 '(1)) m))    ; => 100
(type (pop (pop m)))               ; => list_
(size (+ (rho 100 100 '(1)) m))    ; => 100
