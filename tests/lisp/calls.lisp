; Calls: functions, parameters, values in head position, composition, sections, recursion.

(defun test (x (y 10) (() r)) (list x y r)) ; =>
(test 1)                           ; => (1 10 ())
(test 1 2)                         ; => (1 2 ())
(test 1 2 3 4)                     ; => (1 2 (3 4))
(test)                             ; error: Error: Wrong number of arguments in call to: '(test (x (y 10) (() r))...)'
(defun opt (a (b) (c (+ 1 2))) (list a b c)) ; =>
(opt 1)                            ; => (1 nil 3)
(opt 1 2 9)                        ; => (1 2 9)
(defun bad_order ((a 1) b) a)      ; error: Error: default values should always be at the end of the parameter list
(defun no_body (x))                ; error: Error: wrong number of arguments
((λ (x y) x) 1)                    ; error: Error: Wrong number of arguments in: '(lambda (x y)...)'
(defun size (x) x)                 ; error: Error: 'size' is a reserved keyword.
(size)                             ; error: Error: Wrong number of arguments for: 'size'
(catch (size 1 2))                 ; => Error: Wrong number of arguments for: 'size'
(unknown_function 1)               ; error: Error: Unbound atom: 'unknown_function'
(nil 1)                            ; error: Unknown function call

; A second definition replaces the first, for callers too.
(defun one () 1)                   ; =>
(defun calls_one () (one))         ; =>
(calls_one)                        ; => 1
(defun one () 'one)                ; =>
(calls_one)                        ; => one
(defun calls_later () (later 2))   ; =>
(defun later (x) (* x x))          ; =>
(calls_later)                      ; => 4
(defun log (x) 'mine)              ; =>
(log 1)                            ; => mine

; Values in head position.
(setq f '*)                        ; => true
(f 2 3)                            ; => 6
(setq f +)                         ; => true
(f 2 3)                            ; => 5
(setq f (λ (x) (* 10 x)))          ; => true
(f 4)                              ; => 40
(defun twice (g x) (g (g x)))      ; =>
(twice f 1)                        ; => 100
(twice 'later 3)                   ; => 81
(twice later 3)                    ; => 81
(twice '(lambda (x) (+ x 1)) 3)    ; => 5
(defun later_named (later) (later 5)) ; =>
(later_named 3)                    ; => 25
(("a" 1) 2)                        ; => (("a" 1) 2)
("news" "Breaking…")               ; => ("news" "Breaking…")
(1 2 3)                            ; => (1 2 3)
(list ("news", "a"), ("b", 2))     ; => (("news" "a") ("b" 2))

; Dictionaries are called.
(setq config (map))                ; => true
(config "max_length" 100)          ; => {"max_length":100}
(config "a" 1 "b" 2)               ; => {"max_length":100 "a":1 "b":2}
(config "max_length")              ; => 100
(config @ "max_length")            ; => 100
(config "missing")                 ; error: Error: index out of bounds
(defun of (d) (list (d "a") (d @ "b"))) ; =>
(of config)                        ; => (1 2)
(@ (@ "vocab_size" 30000) (@ "embed_dim" (* 3 256))) ; => {"vocab_size":30000 "embed_dim":768}
(@ "abc" 1)                        ; => b
(list (config @ "a"))              ; => (1)
(dict "k" 1)                       ; => {"k":1}

; A variable that can be called hides an older spelling of an instruction.
(key "a" 1)                        ; => {"a":1}
(setq key 12)                      ; => true
(key "a" 1)                        ; => {"a":1}
(setq key {"k":5})                 ; => true
(key "k")                          ; => 5
(defun with_values (values) (values 3)) ; =>
(with_values (λ (x) (* x x)))      ; => 9
(with_values 7)                    ; => ()
(defun rank (x) (list x))          ; =>
(rank 3)                           ; => (3)

; Composition with a lone dot.
(sum . numbers 1 2 3)              ; => 6
(setq v . split "a b" " ")         ; => true
v                                  ; => ("a" "b")
(list 1 . + 2 . * 3 4)             ; => (1 14)
(println . reverse '(1 2))         ; =>
(maplist (\(x) . + x 1) '(1 2))    ; => (2 3)
(filterlist (\(x) . > x 1) '(1 2)) ; => (2)
(mapcar '(λ (x) . list x . - x) '(1 2)) ; => ((1 -1) (2 -2))
'(a . b)                           ; => (a . b)

; Sections.
(filter '(< 10) '(5 20))           ; => (5)
(filterlist '(< 10) '(5 20))       ; => (20)
(filterlist '(< _ 10) '(5 20))     ; => (5)
(map '(- 10) '(1 2))               ; => (-9 -8)
(map '(10 -) '(1 2))               ; => (9 8)
(map '(- 10 _) '(1 2))             ; => (9 8)
(maplist '(- 10) '(1 2))           ; => (9 8)
(maplist '(- _ 10) '(1 2))         ; => (-9 -8)
(maplist (- _ 10) '(1 2))          ; => (-9 -8)
(map '+ '(1 2 3))                  ; => (2 4 6)
(maplist '+ '(1 2 3))              ; => (1 2 3)
(defun plus (a b) (+ a b))         ; =>
(map '(plus 5) '(1 2))             ; => (6 7)
(maplist '(< 10) '(5 20))          ; => (0 1)
(mapcar 'zerop '(0 1))             ; => (1 0)
(maplist 'not '(0 1))              ; => (1 0)
(map 'zerop '(0 1))                ; => (true nil)
(setq section '(* 3))              ; => true
(maplist section '(1 2))           ; => (3 6)

; apply, and instructions as values.
(apply '+ '(1 2 3))                ; => 6
(apply + (integers 1 2 3))         ; => 6
(apply 'max '(1 5 3))              ; => 5
(apply (λ (a b) (- a b)) '(5 3))   ; => 2
(apply '(lambda (a b) (- a b)) '(5 3)) ; => 2
(apply 'and '(1 2))                ; => true
(apply '+ 3)                       ; error: Error: 'apply' needs a list of arguments
(foldl '+ 10 '(1 2 3 4))           ; => 20
(sort '< '(3 1 2))                 ; => (1 2 3)
(sort (λ (a b) (> a b)) '(3 1 2))  ; => (3 2 1)

; Tail calls take no depth, and assign their parameters together.
(defun down (n acc) (if (= n 0) acc (down (- n 1) (+ acc n)))) ; =>
(down 100000 0)                    ; => 5000050000
(defun swap_them (n a b) (if (= n 0) (list a b) (swap_them (- n 1) b a))) ; =>
(swap_them 3 'x 'y)                ; => (y x)
(defun in_cond (n) (cond ((= n 0) 'done) (true (in_cond (- n 1))))) ; =>
(in_cond 100000)                   ; => done
(defun in_check (n) (ncheck (= n 0) (in_check (- n 1)) 'done)) ; =>
(in_check 100000)                  ; => done
((λ (n acc) (if (= n 0) acc (self (- n 1) (+ acc 1)))) 100000 0) ; => 100000
(defun fresh_frame (n) (if (= n 0) (catch never_set) (block (setq never_set_here n) (fresh_frame (- n 1))))) ; =>
(fresh_frame 2)                    ; => Error: Unbound atom: 'never_set'
(defun deep (n) (if (= n 0) 0 (+ 1 (deep (- n 1))))) ; =>
(deep 10000)                       ; => 10000
(defun endless (n) (+ 1 (endless n))) ; =>
(catch (endless 1))                ; => Error: stack overflow
((λ (n) (if (= n 0) 1 (* n (self (- n 1))))) 10) ; => 3628800

; Order of evaluation: operands from left to right, whatever they contain.
(setq a 1)                         ; => true
(list a (block (setq a 2) a) a)    ; => (1 2 2)
(list a (setq a 5) a)              ; => (2 true 5)
(+ a (if (> a 0) (block (setq a 100) 1) 2) a) ; => 106
(defun order (x) (list x (block (+= x 1) x) (maplist (λ (y) (+= x y)) '(1 2)) x)) ; =>
(order 1)                          ; => (1 2 (3 5) 5)
{"k":(block (setq a 7) a) "l":a}   ; => {"k":7 "l":7}

; Functions print as their source.
later                              ; => (defun later (x) (* x x))
(λ (x) (+ x 1))                    ; => (λ (x) (+ x 1))
(type later)                       ; => function_
(type (λ (x) x))                   ; => lambda_

; An unknown head is told before its operands are evaluated.
(setq evaluated 0)                 ; => true
(no_such_head (+= evaluated 1))    ; error: Error: Unbound atom: 'no_such_head'
(defun early (x) (later_head (setg evaluated x) 2)) ; =>
(early 1)                          ; error: Error: Unbound atom: 'later_head'
evaluated                          ; => 0
(setq later_head {"a":5})          ; => true
(defun asks () (later_head "a"))   ; =>
(asks)                             ; => 5

; A default may call and assign anything: it works on globals, whatever the parameters are called.
(setq a 5)                                        ; => true
(defun with_default (a (b (+= a 1))) (list a b))  ; =>
(with_default 1)                                  ; => (1 6)
(with_default 1)                                  ; => (1 7)
(defun with_list (l (m (list 1 2))) (push m l))   ; =>
(with_list 3)                                     ; => (1 2 3)
(set@ nil 0 1)                                    ; error: Error: value cannot be access through index
(defun with_local (a (b (setq c a))) c)           ; =>
(with_local 1)                                    ; => 7
(setq total 3)                                    ; => true
(defun shadowed (a (b (+ a total)) (c a)) (setq total 0) (list a b c total)) ; =>
(shadowed 1)                                      ; => (1 10 7 0)
(defun named_in_text (a (b (+ a 1))) (eval '(list a b))) ; =>
(named_in_text 1)                                 ; => (1 8)
(defun one_name (y (z (setq y 1) )) z)            ; =>
(defun evaluated (x (y (eval '(+ a 1)))) (list x y)) ; =>
(evaluated 1)                                     ; => (1 8)
(defun only_assigned ((y (set@ '(1) 0 y2))) y)    ; =>
