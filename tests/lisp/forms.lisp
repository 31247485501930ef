; Special forms.

(block)                            ; => nil
(if nil 1)                         ; => nil
(ife nil 1 2 3)                    ; => 3
(cond (nil 1) (true 2 3))          ; => 3
(cond (nil 1))                     ; => nil
(check 1 2 3)                      ; => 3
(check nil 2 3)                    ; => nil
(ncheck nil 'a 'b 'c)              ; => a
(ncheck 1 'a 'b 'c)                ; => c
(select nil 0 3)                   ; => 3
(select nil 0)                     ; => 0
(select (@ {} "k") 'dflt)          ; => dflt
(switch "a" ("a" 1) (true 2))      ; => 1
(switch 3 (true 2) (3 1))          ; => 1
(switch "z" ("a" 1))               ; error: Error: Unknown 'switch' key: 'z'
(switch 1 (x 1))                   ; error: Error: Unknown statement
(and 1 2)                          ; => true
(or nil 2)                         ; => true
(andvalue 1 2)                     ; => 2
(andvalue 1 nil 2)                 ; => nil
(xor 1 nil 1)                      ; => true
(xor 1 1)                          ; => nil
(not '(1))                         ; => nil
(¬ (integers 1 0))                 ; => (0 1)
(¬ '(1 nil))                       ; => (nil true)
(¬ {"a":1})                        ; => {"a":nil}
(¬ ())                             ; => ()
(¬ (rho 2 2 '(1 0)))               ; => ((0 1) (0 1))
(setq n 0) (while (< n 3) (+= n 1)) ; => 3
(while nil 1)                      ; => nil
(loop x '(1 2) x)                  ; => 2
(loopcount 3 i i)                  ; => 2
(loopcount -3 i i)                 ; => 0
(setq l ()) (loopcount -3 i (push l i)) l ; => (2 1 0)
(dotimes 2 i i)                    ; => 1
(setq l ()) (whilein x '(1 2 3) (< x 3) (push l x)) l ; => (1 2)
(setq l ()) (lloop (x y) '(1 2 3) '(a b) (push l (list x y))) l ; => ((1 a) (2 b))
(setq l ()) (mloop (x y) '(1 2 3) '(a b) (push l (list x y))) l ; => ((1 a) (2 b) (3 a))
(setq l ()) (mloop (x y) {"k":1} '(a b) (push l (list x y))) l ; => ((1 a))
(loop x '(1 2 3) (if (eq x 2) (break))) ; => nil
(numberp (elapse 1))               ; => true
(lock "k" 1 2)                     ; => 2
(infix 10 + 2 * 3)                 ; => 16
(infix (1 + 2) * 3)                ; => 9
(/\ 1 + 2)                         ; => 3
(• 1 + 2)                          ; => 3
(§ 1 + 2)                          ; => 3
(setq a 1) (f_ "a={a} {+ a 1} %{x%}") ; => a=1 2 {x}
(f_ "plain")                       ; => plain
(flip (- 10 3))                    ; => -7
(flip '(1 2 3))                    ; => (2 1 3)
(flip {"a":"b"})                   ; => {"b":"a"}
(trace)                            ; => nil
(setq l ()) (loop x "añb" (push l x)) l ; => ("a" "ñ" "b")
(setq l ()) (loop x {"a":1} (push l x)) l ; => ("a")
(setq l ()) (loop x (rho 2 2 '(1 2 3 4)) (push l x)) l ; => ((1 2) (3 4))
(loop x nil 1)                     ; => nil
(loop x 3 1)                       ; => nil
(setq l ()) (setq c (llist 1 2)) (extend c c) (loop x c (push l x)) l ; => (1 2)
(setq l '(1)) (loop x l (check (< x 4) (push l (+ x 1)))) l ; => (1 2 3 4)
(loop (a) '(1) 1)                  ; error: Error: Missing label for 'loop'
(setq l ()) (loop (e 1 5 2) (push l e)) l ; => (1 3 5)
(setq l ()) (loop (e 3 1) (push l e)) l ; => (3 2 1)
(loop (e 1 5))                     ; => nil
(setq l ()) (loop x (heap nil 3 1 2) (push l x)) l ; => (1 2 3)

(quote (a b))                      ; => (a b)
(car _root)                        ; => __root__
(list (typeof 1) (copy '(1)))      ; => (integer_ (1))
(car (setq l (copy '(1))))         ; error: Error: You cannot apply 'car' to: 'true'
