; Arithmetic on numbers, text and lists.

(/ 10 4)                           ; => 2.5
(type (/ 10 5))                    ; => number_
(+ 1 2.5)                          ; => 3.5
(* 3 1.5)                          ; => 4.5
(+ 2.5 1)                          ; => 3.5
(+ (integers 1 2) 1.5)             ; => (2.5 3.5)
(type (+ (integers 1 2) 1.5))      ; => numbers_
(type (+ (float 1) 1))             ; => float_
(type (+ 1 (float 1)))             ; => float_
(type (+ (float 1) 1.5))           ; => number_
(type (+ (short 1) 1))             ; => integer_
(/ 10 '(4 5))                      ; => (2.5 2)
(/ (integers 1 2) (integers 2 2))  ; => (0.5 1)
(/ 1 0)                            ; error: Error: division by zero
(/ 1.5 0.0)                        ; error: Error: division by zero
(/ (integers 1 2) 0)               ; error: Error: division by zero
(% 7 3)                            ; => 1
(% -7 3)                           ; => -1
(% 7 -3)                           ; => 1
(% 7.9 3)                          ; => 1
(% 7 0)                            ; error: Error: division by zero
(^^ 2 10)                          ; => 1024
(^^ 10 6)                          ; => 1000000
(^^ 2 -1)                          ; => 0.5
(** 2 0.5)                         ; => 1.41421
(^^ -8 0.5)                        ; => nan
(^^ 10 30)                         ; => 1000000000000000000000000000000
(- 10 2 3)                         ; => 5
(- 4)                              ; => -4
(+ 4)                              ; => 4
(- 1.5)                            ; => -1.5
(* 4)                              ; error: Error: cannot apply '*' to one element
(+ "a")                            ; error: Error: cannot apply '+' to one element
(<< 1 4)                           ; => 16
(>> 256 4)                         ; => 16
(& 12 10)                          ; => 8
(| 12 10)                          ; => 14
(^ 12 10)                          ; => 6
(&~ 12 10)                         ; => 4
(~ 5)                              ; => -6
(! 20)                             ; => 2432902008176640000
(sign 4)                           ; => -4
(signp -2.5)                       ; => -1
(signp 0)                          ; => 0

; Text.
(+ "n=" 3)                         ; => n=3
(+ "a" 'b nil)                     ; => abnil
(+ "x" 1.50 '(1 2))                ; => ("x1.51" "x1.52")
(- "n" 1)                          ; error: Error: cannot evaluate '-' with these operands
(* "ab" 3)                         ; error: Error: cannot evaluate '*' with these operands
(% "%d" 5)                         ; error: Error: cannot evaluate '%' with these operands
(+ 1 "n")                          ; error: Error: cannot use this element in an arithmetic expression: 'n'
(* 3 "ab")                         ; error: Error: cannot use this element in an arithmetic expression: 'ab'
(+ 1 nil)                          ; error: Error: cannot use this element in an arithmetic expression: 'nil'
(+ 1 true)                         ; error: Error: cannot use this element in an arithmetic expression: 'true'
(+ 1 {"a":1})                      ; error: Error: cannot use this element in an arithmetic expression: '{"a":1}'
(+ nil 1)                          ; error: Error: cannot evaluate '+' with these operands
(+ true 1)                         ; error: Error: cannot evaluate '+' with these operands
(+ 'a 1)                           ; error: Error: cannot evaluate '+' with these operands
(+ {"a":1} 1)                      ; error: Error: cannot evaluate '+' with these operands

; Lists.
(+ '(1 2 3) '(1 2))                ; => (2 4 3)
(+ '(1 2) '(1 2 3))                ; => (2 4)
(- (cdr (integers 1 3 6)) (integers 1 3 6)) ; => (2 3)
(+ '((1 2) 3) '((1) 1 5))          ; => ((2 2) 4)
(- 10 '(1 2))                      ; => (9 8)
(- '(1 2) 10)                      ; => (-9 -8)
(+ "a" '("b" "c"))                 ; => ("ab" "ac")
(+ '("b" "c") "a")                 ; => ("ba" "ca")
(+ '(1 (2 3)) 1)                   ; => (2 (3 4))
(+ '(1 (2 3)) '(10 (20 30)))       ; => (11 (22 33))
(* '(1 "a") 2)                     ; error: Error: cannot evaluate '*' with these operands
(+ '(1 2 3))                       ; => 6
(* '(2 3))                         ; => 6
(- '(10 2 3))                      ; => 5
(+ ())                             ; => 0
(+ (strings "a" "b"))              ; => ab
(setq l '(1 2)) (setq m (+ l 1))
l                                  ; => (1 2)
(+ (integers 1 2 3) (integers 1 2))    ; => (2 4 3)
(- 10 (integers 1 2))              ; => (9 8)
(type (* (integers 1 2) 2))        ; => integers_
(* (integers 9000000000000000000 1) 2) ; => (18000000000000000000 2)
(% (integers 7 8) 3)               ; => (1 2)
(type (+ (floats 1 2) 1))          ; => floats_
(type (+ (floats 1 2) (numbers 1)))    ; => numbers_

; Sums and extremes.
(sum . numbers 1 2 3)              ; => 6
(sum '(1000000 234567))            ; => 1.23457e+06
(sum (strings "a" "b"))            ; => ab
(sum (integers))                   ; => 0
(product (integers))               ; => 0
(sum ())                           ; => 0
(product ())                       ; => 1
(sum (rho 2 2 (integers 1 2 3 4))) ; => 10
(product (integers 2 3 4))         ; => 24
(sum 3)                            ; error: Error: 'sum' needs a list
(sum '("a" "b"))                   ; error: Error: cannot evaluate '+' with these operands
(max 1 5 3)                        ; => 5
(max '(1 5 3))                     ; => 5
(min '(4 2 3))                     ; => 2
(max ())                           ; => nil
(minmax '(3 1 2))                  ; => (1 3)
(max "b" "a")                      ; => b

; A count or a place that is a number loses its fraction.
(setq half (/ 4 2))                ; => true
(list (take half '(a b c)) (drop half '(a b c)) (takenb half '(a b c))) ; => ((a b) (c) (a b))
(list (replicate half 7) (to_list 7 half) (rotate '(a b c) half) (slice '(a b c) half)) ; => ((7 7) (7 7) (c a b) ((a b) (c)))
(list (left "abc" half) (right "abc" half) (middle "abcdef" half half) (fill "-" half)) ; => ("ab" "bc" "cd" "--")
(list (padding "a" "." half) (ngrams "abc" half) (convert_in_base 5 half) (replace "abcd" "X" half (+ half 1))) ; => ("a." ("ab" "bc") "101" "abXd")
(list (find "abab" "a" half) (rgx_find (rgx "%d") "123" half) (getstruct "()(a)" "(" ")" half)) ; => (2 "3" ("(a)" 2 5))
(list (rho half 2.9 '(1 2 3 4)) (matrix_integer half half 0) (enum '(a) half) (shift '+ '(1 2 3) half)) ; => (((1 2) (3 4)) ((0 0) (0 0)) ((2 a)) (4))
(list (swap '(a b c) 0 half) (random_choice half '(a) 1) (size (uniform_distribution half))) ; => ((c b a) (a a) 2)
(maplist '(take 1.5) '((a b) (c))) ; => ((a) (c))
(take "2" '(a))                    ; error: Error: take: count should be an integer, not "2" (string_)
