; Building and changing lists.

(list 1 "a" 'b)                    ; => (1 "a" b)
(integers (strings "1" "2"))       ; => (1 2)
(integers 1.9 "x" '(4 5))          ; => (1 0 4 5)
(numbers '(1 2) 2.5)               ; => (1 2 2.5)
(cons 'a '(b))                     ; => (a b)
(cons 1 nil)                       ; => (1)
(cons 1 (integers 2 3))            ; => (1 2 3)
(type (cons 1 (integers 2 3)))     ; => integers_
(cons 'a 'b)                       ; => (a . b)
(consb '(a) 'b)                    ; => (a b)
(range 0 10 3)                     ; => (0 3 6 9)
(range 10 0 -4)                    ; => (10 6 2)
(range 0 10 -1)                    ; => ()
(range 3 0 1)                      ; => ()
(size (range 0 1 0.1))             ; => 10
(type (range 0 1 0.1))             ; => numbers_
(range "a" "e" 2)                  ; => ("a" "c" "e")
(range 0 1 0)                      ; error: Error: the step of a range cannot be zero
(rangein 0 6 3)                    ; => (0 3 6)
(to_list (irange 0 6 2))           ; => (0 2 4)
(to_list (irangein 0 6 2))         ; => (0 2 4 6)
(iota 5)                           ; => (1 2 3 4 5)
(iota0 5)                          ; => (0 1 2 3 4)
(type (iota 5))                    ; => integers_
(type (iota 5.0))                  ; => numbers_
(iota 0)                           ; => ()
(iota 2 3)                         ; => ((1 2) (1 2 3))
(enum '(a b) 1)                    ; => ((1 a) (2 b))
(replicate 3 'a)                   ; => (a a a)
(to_list (set 1 2))                ; => (1 2)
(type (to_tensor '((1 2) (3 4))))  ; => matrix_integer_
(type (to_tensor '((1 2) (3 a))))  ; => list_

; A constant of the source is never changed.
(push '(1 2) 3)                    ; => (1 2 3)
(defun fresh () (setq l '(1 2)) (push l 3) l)
(fresh)                            ; => (1 2 3)
(fresh)                            ; => (1 2 3)
(setq a '(1)) (setq b a) (push b 2)
a                                  ; => (1 2)

(setq l (list 1))
(push l 2 3)                       ; => (1 2 3)
(pushfirst l 0 -1)                 ; => (-1 0 1 2 3)
(pushtrue l nil 4 0)               ; => (-1 0 1 2 3 4)
(push (integers 1) 2.7)            ; => (1 2)
(push (strings "a") 1)             ; => ("a" "1")
(push (llist 1 2) 0)               ; => (0 1 2)
(push (set 1) 1 2)                 ; => {1 2}
(setq s "ab") (push s "c")         ; => abc
s                                  ; => abc
(pop '(1 2 3))                     ; => (1 2)
(pop '(1 2 3) 0)                   ; => (2 3)
(pop '(1 2 3) 7)                   ; => nil
(pop ())                           ; => nil
(pop {"a":1 "b":2} "a")            ; => {"b":2}
(pop (set 1 2) 1)                  ; => {2}
(popfirst '(1 2))                  ; => (2)
(poplast '(1 2))                   ; => (1)
(pop "abc")                        ; => ab
(insert '(1 3) 2 1)                ; => (1 2 3)
(insert '(1) 2)                    ; => (1 2)
(insert '(1) 2 9)                  ; => (1 2)
(insert '(1) 2 -1)                 ; error: Error: Wrong index in 'insert'
(insert '(1 5 9) 7 '<)             ; => (1 5 7 9)
(insert "ad" "bc" 1)               ; => abcd
(extend '(1) '(2 3))               ; => (1 2 3)
(extend '(1) 2)                    ; => (1 2)
(nconc '(1) '(2) '(3 4))           ; => (1 2 3 4)
(nconcn '(1) '(2))                 ; => (1 2)
(swap '(a b c) 0)                  ; => (b a c)
(swap '(a b c) 0 2)                ; => (c b a)
(swap '(a) 0)                      ; error: Error: cannot swap values in this list
(reverse '(1 2 3))                 ; => (3 2 1)
(setq l '(1 2)) (setq r (reverse l true))
l                                  ; => (1 2)
(reverse l) l                      ; => (2 1)
(reverse "abc")                    ; => cba
(sort '< '(3 1 2))                 ; => (1 2 3)
(sort '> '(3 1 2))                 ; => (3 2 1)
(sort (λ (a b) (< (@ a 1) (@ b 1))) '((a 3) (b 1)))    ; => ((b 1) (a 3))
(sort '< '((2 1) (1 5) (1 2)))     ; => ((1 2) (1 5) (2 1))
(sort '< (integers 3 1 2))         ; => (1 2 3)
(sort '< '(1 "a"))                 ; error: Error: cannot evaluate '<' with these operands
(unique '(1 2 1 (3) (3)))          ; => (1 2 (3))
(flatten '(1 (2 (3 4)) "a"))       ; => (1 2 3 4 "a")
(flatten {"a":1})                  ; => ("a" 1)
(flatten 3)                        ; => (3)
(rotate '(1 2 3 4))                ; => (2 3 4 1)
(rotate '(1 2 3 4) -1)             ; => (4 1 2 3)
(slice '(1 2 3 4 5) 2)             ; => ((1 2) (3 4) (5))
(takenb 2 '(1 2 3))                ; => (1 2)
(takenb -2 '(1 2 3))               ; => (2 3)
(join '("a" "b" 3) "-")            ; => a-b-3
(join '(1 2))                      ; => 12
(join {"a":1 "b":2})               ; => a:1,b:2
(zip '(1 2) '(a b))                ; => ((1 a) (2 b))
(zip '(1 2) '(a))                  ; error: Error: Lists should all have the same size in 'zip'
(zipwith '+ '(1 2) '(10 20))       ; => (11 22)
(zipwith '* (irange 1 1) '(5 5 5)) ; => (5 10 15)
(&&& '(1 2 3 3) '(3 2))            ; => (2 3)
(||| '(1 2) '(2 3))                ; => (1 2 3)
(^^^ '(1 2) '(2 3))                ; => (1 3)
(mask@ '(1 0 1) '(a b c) '(x y z)) ; => (a x b)
(shift '- '(1 4 9))                ; => (-3 -5)
(clone '(1 (2)))                   ; => (1 (2))
(setq l (llist 1 2)) (extend l l)
l                                  ; => (1 2 ...)
(cyclicp l)                        ; => true
(size l)                           ; => 2
