; What does not fit into memory is refused before it is made.

(iota 100000000000)                ; error: Error: not enough memory for 100000000000 elements
(iota0 1e11)                       ; error: Error: not enough memory for 100000000000 elements
(replicate 100000000000 1)         ; error: Error: not enough memory for 100000000000 elements
(range 0 100000000000 1)           ; error: Error: not enough memory for 100000000000 elements
(range 0 100000000000.0 1)         ; error: Error: not enough memory for 100000000000 elements
(rho 100000 10000000 '(1))         ; error: Error: not enough memory for 1000000000000 elements
(matrix_float 10000000 1000000)    ; error: Error: not enough memory for 10000000000000 elements
(tensor_integer 10000000 1000000)  ; error: Error: not enough memory for 10000000000000 elements
(to_list 1 100000000000)           ; error: Error: not enough memory for 100000000000 elements
