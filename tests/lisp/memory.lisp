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

; A text that is made at one go has a length that can be waited for.
(fill "ab" 1000000000)             ; error: Error: a text of 2000000000 characters is too long: 268435456 at most
(padding "ab" "." 1000000000)      ; error: Error: a text of 999999998 characters is too long: 268435456 at most
(stringf 3 "%1000000000d")         ; error: Error: a text of 1000000000 characters is too long: 268435456 at most
(stringf (^^ 9 100000) "%d")       ; error: Error: number too large

; Whole numbers of many digits are read in a time that can be waited for.
(setq digits (fill "7" 200000))   ; => true
(setq sevens (integer digits))     ; => true
(= (* 9 sevens) (- (* 7 (^^ 10 200000)) 7)) ; => true
(= sevens (json_parse digits))     ; => true
(= sevens (car (json_parse (+ "[" digits ",2]")))) ; => true
(= (- sevens) (integer (+ "-" digits)) (json_parse (+ "-" digits))) ; => true
(= sevens (convert_in_base digits 10 true)) ; => true
(= (convert_in_base (fill "6" 100000) 7 true) (- (^^ 7 100000) 1)) ; => true
(maybe (convert_in_base (fill "x" 100000) 7 true) 'refused) ; => refused
(integer (fill "7" 20000000))      ; error: Error: number too large
(= (gcd (^^ 6 100000) (^^ 10 60000)) (^^ 2 60000)) ; => true
(gcd -12 18)                       ; => 6
(list (size (bytes (fill "ab" 600000))) (@ (ord (fill "ab" 600000)) 1199999)) ; => (4800000 98)
