; Arithmetic.

(/ 10 4)                           ; => 2.5
(+ 1 2.5)                          ; => 3.5
(+ (integers 1 2) 1.5)             ; => (2.5 3.5)
(type (+ (integers 1 2) 1.5))      ; => numbers_
(/ 1 0)                            ; error: Error: division by zero
(/ 1.0 0.0)                        ; error: Error: division by zero
(% -7 3)                           ; => -1
(% 7.9 3)                          ; => 1
(^^ 2 10)                          ; => 1024
(^^ 10 6)                          ; => 1000000
(^^ 2 -1)                          ; => 0.5
(** 2 0.5)                         ; => 1.41421
(type (/ (integers 4 2) (integers 2 1))) ; => numbers_
(+ "n=" 3)                         ; => n=3
(- "a" 1)                          ; error: Error: cannot evaluate '-' with these operands
(+ 1 "a")                          ; error: Error: cannot use this element in an arithmetic expression: 'a'
(+ 1 nil)                          ; error: Error: cannot use this element in an arithmetic expression: 'nil'
(+ 1 true)                         ; error: Error: cannot use this element in an arithmetic expression: 'true'
(+ 1 {"a":1})                      ; error: Error: cannot use this element in an arithmetic expression: '{"a":1}'
(+ nil 1)                          ; error: Error: cannot evaluate '+' with these operands
(+ 'a 1)                           ; error: Error: cannot evaluate '+' with these operands
(+ {} 1)                           ; error: Error: cannot evaluate '+' with these operands
(+ '(1 2 3) '(1 2))                ; => (2 4 3)
(- 10 '(1 2))                      ; => (9 8)
(+ "a" '("b" "c"))                 ; => ("ab" "ac")
(+ '(1 2 3))                       ; => 6
(* '(2 3))                         ; => 6
(+ (strings "a" "b"))              ; => ab
(+ ())                             ; => 0
(* 3)                              ; error: Error: cannot apply '*' to one element
(- 3)                              ; => -3
(+ 3)                              ; => 3
(~ 5)                              ; => -6
(! 5)                              ; => 120
(sign 4)                           ; => -4
(signp -4)                         ; => -1
(+* '(1 2 3 4) '(2 2) '(5 6) '(2 1)) ; => (17 39)
(<< 1 4)                           ; => 16
(>> 16 2)                          ; => 4
(& 12 10)                          ; => 8
(| 12 10)                          ; => 14
(^ 12 10)                          ; => 6
(&~ 12 10)                         ; => 4
(+ 1,2i 1)                         ; => 2,2i
(* 1,2i 1,-2i)                     ; => 5,0i
(type (+ (float 1) 1))             ; => float_
(type (+ (float 1) 1.5))           ; => number_
(type (+ (short 1) 1))             ; => integer_
