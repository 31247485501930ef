; How forms are evaluated.

(sum . numbers 1 2 3)              ; => 6
(+ 1 . * 2 3)                      ; => 7
(reverse . reverse '(1 2))         ; => (1 2)
(setq f '*)
(f 2 3)                            ; => 6
(setq f +)
(f 2 3)                            ; => 5
(((λ (x) (λ (y) (+ x y))) 1) 2)    ; => 3
("a" 1 (+ 1 1))                    ; => ("a" 1 2)
(1 2)                              ; => (1 2)
[1, 2, 3]                          ; => (1 2 3)
(list "a", "b")                    ; => ("a" "b")
(nothing 1)                        ; error: Error: Unbound atom: 'nothing'
nothing                            ; error: Error: Unbound atom: 'nothing'
(car)                              ; error: Error: Wrong number of arguments for: 'car'
(car 1 2)                          ; error: Error: Wrong number of arguments for: 'car'
(setq size 3)
(size '(1 2))                      ; => 2
size                               ; => 3
(setq sqrt 3)
(sqrt 4)                           ; => 2
sqrt                               ; => 3
(defun car (x) x)                  ; error: Error: 'car' is a reserved keyword.

(block 1 2 3)                      ; => 3
(block)                            ; => nil
(if true 1)                        ; => 1
(if nil 1)                         ; => nil
(ife nil 1 2 3)                    ; => 3
(cond (nil 1) ((eq 1 1) 2 3))      ; => 3
(cond (nil 1))                     ; => nil
(check 1 2 3)                      ; => 3
(check nil 2)                      ; => nil
(ncheck nil 1 2)                   ; => 1
(ncheck true 1 2)                  ; => 2
(select nil 0 5 6)                 ; => 5
(select nil 0)                     ; => 0
(select (@ {} "k") 'default)       ; => default
(switch 2 (1 'one) (2 'two) (true 'many))    ; => two
(switch "x" (1 'one) (true 'many)) ; => many
(switch 9 (1 'one))                ; error: Error: Unknown 'switch' key: '9'
(and 1 2)                          ; => true
(and 1 nil)                        ; => nil
(or nil 3)                         ; => true
(andvalue 1 2)                     ; => 2
(xor true nil)                     ; => true
(not ())                           ; => true
(not '(0))                         ; => nil
(infix 10 + 2 * 3)                 ; => 16
(infix (1 + 2) * 3)                ; => 9
(flip (- 1 10))                    ; => 9
(setq name "Bob")
(f_ "hi {name}: {+ 1 2}")          ; => hi Bob: 3

; Loops.
(setq s 0)
(loop i '(1 2 3) (+= s i))         ; => 6
(loop i '(1 2 3) (if (eq i 2) (break)) i)    ; => nil
i                                  ; => 2
(loop c "ab" c)                    ; => b
(setq seen ())
(loop k {"a":1 "b":2} (push seen k)) ; => ("a" "b")
(loop x nil 1)                     ; => nil
(loop x 12 1)                      ; => nil
(loopcount 3 i i)                  ; => 2
i                                  ; => 3
(setq seen ()) (loopcount -3 i (push seen i))    ; => (2 1 0)
(setq n 0) (while (< n 3) (+= n 1))    ; => 3
(setq l (list 1)) (loop x l (if (< (size l) 4) (push l (+ x 1))))
l                                  ; => (1 2 3 4)
(setq seen ()) (loop (epoch 1 3) (push seen epoch))    ; => (1 2 3)
(setq seen ()) (loop (epoch 3 1) (push seen epoch))    ; => (3 2 1)
(setq seen ()) (loop x (irange 0 6 2) (push seen x))   ; => (0 2 4)
(setq seen ()) (loop x (rho 2 2 '(1 2)) (push seen x)) ; => ((1 2) (1 2))
(setq seen ()) (lloop (a b) '(1 2) '(3 4 5) (push seen (+ a b)))    ; => (4 6)
(setq seen ()) (mloop (a b) '(1 2 3) '(10 20) (push seen (+ a b)))  ; => (11 22 13)
(for x '(1 2 3) (* x x))           ; => (1 4 9)

; A list that is run as code ends, and is no larger than can be compiled.
(setq endless '(+ 1 2))            ; => true
(size (push endless endless))      ; => 4
(eval endless)                     ; error: Error: a list that holds itself can't be run as code
(maplist endless '(1))             ; error: Error: a list that holds itself can't be run as code
(setq large '(+ 1 2))              ; => true
(loopcount 10 (setq large (list '+ large large))) ; => true
(eval large)                       ; => 3072
(loopcount 20 (setq large (list '+ large large))) ; => true
(eval large)                       ; error: Error: the list is too large to be run as code
