; Making lists.

(cons 1 (llist 2))                 ; => (1 2)
(type (cons 1 (llist 2)))          ; => llist_
(cons "7" (integers 2))            ; => (7 2)
(range 0 10 -1)                    ; => ()
(iota 3.0)                         ; => (1 2 3)
(type (iota0 3.0))                 ; => numbers_
(iota0 2 3)                        ; => ((0 1) (0 1 2))
(⍳0 3)                             ; => (0 1 2)
(enum '(a b))                      ; => ((0 a) (1 b))
(enum "ab")                        ; => ((0 "a") (1 "b"))
(to_list 'a 2)                     ; => (a a)
(⊂ (integers 1 2))                 ; => (1 2)
(type (⊂ (integers 1 2)))          ; => list_
(type (to_llist '(1 2)))           ; => llist_
(type (⊃ '((1 2) (3 4))))          ; => matrix_integer_
(irangein 1 5 2)                   ; => (irange 1 2)
(take 3 (irange 1 2))              ; => (1 3 5)

; What takes the elements of lists in lists refuses one without end.
(setq endless (list 1)) (size (push endless endless)) ; => 2
(integers endless)                 ; error: Error: a list that holds itself has no end
(strings 2 endless)                ; error: Error: a list that holds itself has no end
(seti endless)                     ; error: Error: a list that holds itself has no end
(rho 2 2 endless)                  ; error: Error: a list that holds itself has no end
(setq inner (list 1 2))            ; => true
(integers (list inner inner (list inner)) 3) ; => (1 2 1 2 1 2 3)
(setq deep 7) (loopcount 2000 (setq deep (list deep))) (integers deep deep) ; => (7 7)
(list (consb 'a '(b)) (consb "a" (strings "b")) (consb nil 'a) (consb () 'a)) ; => ((a b) ("a" "b") (a) (a))
(consb 'a 'b)                      ; => (a . b)
(to_list "! f : = $x [4 (w \"t\")] + 'q") ; => (! f : = $x (4 (w "t")) + 'q)
(eval (car (to_list "(+ 1 2)")))   ; => 3
(to_list "")                       ; => ()
(to_list "(a")                     ; error: Error: parentheses do not balance
