; Forms that choose and repeat, and the ways out of them.

(if 1 'a 'b)                       ; => a
(if () 'a 'b)                      ; => b
(if "" 'a)                         ; => nil
(if 0.0 'a 'b)                     ; => b
(ife nil 1 2 3)                    ; => 3
(cond ((= 1 2) 'a) ((= 1 1) 'b 'c)) ; => c
(cond (nil 1))                     ; => nil
(cond (1))                         ; error: Error: in a 'cond' the first element must be a list
(check (> 2 1) 'a 'b)              ; => b
(check nil 'a)                     ; => nil
(ncheck nil 'a 'b)                 ; => a
(ncheck 1 'a 'b 'c)                ; => c
(select nil 0 "x" 'y)              ; => x
(select nil 0)                     ; => 0
(select (@ {} "k") 'default)       ; => default
(select (@ '(1) 5) 'default)       ; => default
(switch "b" ("a" 1) ("b" 2) (true 3)) ; => 2
(switch 2 (1 'one) (2 'two))       ; => two
(switch "2" (2 'two))              ; => two
(switch 9 (true 'other) (1 'one))  ; => other
(switch 9 (1 'one))                ; error: Error: Unknown 'switch' key: '9'
(switch 9 (x 'one))                ; error: Error: Unknown statement
(and 1 "a" '(1))                   ; => true
(and 1 nil (/ 1 0))                ; => nil
(or nil 3)                         ; => true
(or nil 0)                         ; => nil
(or 1 (/ 1 0))                     ; => true
(andvalue 1 2 3)                   ; => 3
(andvalue 1 0 3)                   ; => 0
(xor 1 nil)                        ; => true
(xor 1 1)                          ; => nil
(not ())                           ; => true
(not '(nil))                       ; => nil
(block)                            ; => nil
(setq n 0)                         ; => true
(and (> 1 0) (block (setq n 5) (> n 3)) (= n 5)) ; => true
(if (block (setq n 6) (> n 5)) n)  ; => 6

; Loops give the last value of the last turn.
(setq i 0)                         ; => true
(while (< i 3) (+= i 1))           ; => 3
(while nil 1)                      ; => nil
(while (block (+= i 1) (< i 6)) i) ; => 5
(loop x '(1 2 3) (* x x))          ; => 9
(loop x "abc" x)                   ; => c
(loop k {"a":1 "b":2} k)           ; => b
(loop x 12 x)                      ; => nil
(loop x (integers 1 2) x)          ; => 2
(loop (epoch 1 3) (* epoch 10))    ; => 30
(loop (i 5 1 -2) i)                ; => 1
(loop (i 3 1) i)                   ; => 1
(loop (i 1 2))                     ; => nil
(loop)                             ; error: Error: Wrong number of arguments for: 'loop'
(loop "x" '(1) 1)                  ; error: Error: Missing label for 'loop'
(setq l '(1 2 3))                  ; => true
(loop x l (check (< (size l) 6) (push l (* x 10)))) ; => nil
l                                  ; => (1 2 3 10 20 30)
(loopcount 4 i (* i i))            ; => 9
(loopcount -3 i i)                 ; => 0
(setq turns ())                    ; => true
(loopcount -3 i (push turns i))    ; => (2 1 0)
(dotimes 2 'x)                     ; => x
(loopcount 0 'x)                   ; => nil
(whilein x '(1 2 5 1) (< x 3) x)   ; => 2
(lloop (x y) '(1 2 3) '(4 5) (list x y)) ; => (2 5)
(mloop (x y) '(1 2 3) '(4 5) (list x y)) ; => (3 4)
(for x '(1 2 3) (* x x))           ; => (1 4 9)

; break and return.
(loop x '(1 2 3) (if (= x 2) (break)) x) ; => nil
x                                  ; => 2
(loop x '(1 2) (loop y '(1 2) (if (= y 2) (break))) x) ; => 2
(maplist (λ (x) (if (> x 2) (break) x)) '(1 2 3 4)) ; => (1 2)
(filterlist (λ (x) (if (> x 2) (break) true)) '(1 2 3 4)) ; => (1 2)
(foldl (λ (a x) (if (> x 2) (break) (+ a x))) 0 '(1 2 3 4)) ; => 3
(maplist (λ (x) (loop y '(1 2) (if (= y x) (return y))) 0) '(1 2 3)) ; => (1 2 0)
(defun find_pair (l k) (loop x l (loop y l (if (= (+ x y) k) (return (list x y))))) 'none) ; =>
(find_pair '(1 2 3) 5)             ; => (2 3)
(find_pair '(1 2 3) 9)             ; => none
(defun early (x) (if (< x 0) (return 'negative)) 'positive) ; =>
(list (early -1) (early 1))        ; => (negative positive)
(defun nothing () (return) 1)      ; =>
(nothing)                          ; => nil
(defun as_operand (x) (+ 1 (if x (return 'left) 2))) ; =>
(list (as_operand true) (as_operand nil)) ; => (left 3)
(setq found (loop x '(1 2 3) (if (= x 2) (return (* x 100))))) ; => true
found                              ; => 200
(loop x '(1 2 3) (loop y '(1 2) (if (= (* x y) 4) (return (list x y))))) ; => (2 2)
(while true (return 5))            ; => 5

; catch, maybe, throw.
(catch (/ 1 0))                    ; => Error: division by zero
(type (catch (/ 1 0)))             ; => maybe_
(size (catch (/ 1 0)))             ; => 0
(catch 1 2)                        ; => 2
(catch (setq before 1) (/ 1 0) (setq before 2)) ; => Error: division by zero
before                             ; => 1
(maybe (/ 1 0) 'none)              ; => none
(maybe 1 2 'none)                  ; => 2
(maybe (catch (/ 1 0)))            ; => true
(maybe (catch 3))                  ; => nil
(maybe (/ 1 0))                    ; error: Error: division by zero
(maybe (@ {} "a") "none")          ; => none
(maybe (/ 1 0) (\(m) (+ "failed: " m))) ; => failed: Error: division by zero
(throw "boo")                      ; error: boo
(throw 'atom)                      ; error: atom
(catch (throw "x"))                ; => x
(loop x '(1 2) (catch (break)) x)  ; => nil
(defun out () (catch (return 'early)) 'late) ; =>
(out)                              ; => early
(catch (catch (/ 1 0)) (throw "second")) ; => second

; Templates, infix, flip, time, locks.
(setq name "Ada")                  ; => true
(f_ "Dear {name}, {+ 1 2} times %{x%}") ; => Dear Ada, 3 times {x}
(f_ "plain")                       ; => plain
(f_ "{name}")                      ; => Ada
(infix 10 + 2 * 3)                 ; => 16
(infix (1 + 2) * 3)                ; => 9
(infix 2 * (size name) - 1)        ; => 5
(/\ 7 - 2 - 1)                     ; => 4
(infix 1 +)                        ; error: Error: infix arithmetic needs an operand behind an operator
(flip (- 1 10))                    ; => 9
(flip '(1 2 3))                    ; => (2 1 3)
(flip {"a":"b"})                   ; => {"b":"a"}
(numberp (elapse (+ 1 2)))         ; => true
(lock "door" 1 2)                  ; => 2
(use 'no_such_module)              ; error: Error: Unknown module: 'no_such_module'
(load "no_such_file.lisp")         ; error: Unknown file: no_such_file.lisp

; Macros substitute their operands.
(defmacro unless (c e) (if (not c) e)) ; =>
(unless nil 3)                     ; => 3
(defmacro repeatn (n $ body) (loopcount n $ body)) ; =>
(setq turns 0)                     ; => true
(repeatn 3 (+= turns 1) (+= turns 1)) ; => 6
(defmacro m (x) (list 'x x))       ; =>
(m 4)                              ; => (4 4)
(defmacro sign_of (a '< b) 'less)  ; =>
(defmacro sign_of (a '> b) 'more)  ; =>
(list (sign_of 1 < 2) (sign_of 1 > 2)) ; => (less more)
(sign_of 1 = 2)                    ; error: Error: cannot apply this macro: sign_of

(loop (i 1 3 ()) i)                   ; error: Error: 'loop' needs numbers to count from and to
(loop (i 1 1e12) (check (> i 3) (return i))) ; => 4

; What is known of counting variables holds only while they count.
(defun counted_down () (loopcount -3 i (% i 2)) (% i 2)) ; =>
(counted_down)                                    ; => -1
(defun last_count (n) (setq l ()) (loopcount n i (push l (% i 2))) (list l (% i 3))) ; =>
(last_count -3)                                   ; => ((0 1 0) -1)
(last_count 3)                                    ; => ((0 1 0) 0)
(defun kept_counts (fs) (loopcount -2 i (push fs (\() (% i 5)))) (maplist (\(f) (f)) fs)) ; =>
(kept_counts ())                                  ; => (-1 -1)
(defun count_changed () (loopcount 2 i (setq i -7) (setq r (% i 5))) r) ; =>
(count_changed)                                   ; => -2
(defun below_zero (n) (setq a 7) (loopcount n i (setq a (- a 4))) (% a 3)) ; =>
(list (below_zero 1) (below_zero 2))              ; => (0 -1)
(defun remainders (a) (setq b (* a a)) (setq c 8) (+= c 3) (list (% c 4) (% b 3) (% (- c 20) 4))) ; =>
(remainders 5)                                    ; => (3 1 -1)
