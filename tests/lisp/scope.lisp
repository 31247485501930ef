; Frames, globals, lambdas, let, and the assignments.

(setq n 0)                         ; => true
(defun bump () (setq n (+ n 1)) n) ; =>
(bump)                             ; => 1
(bump)                             ; => 1
n                                  ; => 0
(defun bumpg () (setg n (+ n 1)) n) ; =>
(bumpg)                            ; => 1
(bumpg)                            ; => 2
n                                  ; => 2

; A function never sees its caller's variables.
(defun g () hidden)                ; =>
(defun f () (setq hidden 5) (g))   ; =>
(f)                                ; error: Error: Unbound atom: 'hidden'
(block (setg hidden 1) (f))        ; => 1

; A function written inside a function is global and sees no locals of its maker.
(defun maker (x) (defun made_inside () x) (made_inside)) ; =>
(maker 3)                          ; error: Error: Unbound atom: 'x'

; Lambdas are lexical; setq writes the frame they are written in.
(defun count_up (l) (setq n 10) (maplist (\(x) (setq n (+ n x))) l) n) ; =>
(count_up '(1 2))                  ; => 13
n                                  ; => 2
(defun adder (k) (λ (x) (+ x k)))  ; =>
(setq add5 (adder 5))              ; => true
(setq add7 (adder 7))              ; => true
(list (add5 1) (add7 1))           ; => (6 8)
(((λ (x) (λ (y) (+ x y))) 1) 2)    ; => 3
(defun counter () (setq c 0) (λ () (+= c 1))) ; =>
(setq one (counter))               ; => true
(setq two (counter))               ; => true
(list (one) (one) (two))           ; => (1 2 1)
(maplist (\(n) (* n n)) '(1 2 3))  ; => (1 4 9)
n                                  ; => 2
(maplist (λ (x) (setq seen x)) '(1 2)) ; => (true true)
seen                               ; => 2

; A quoted lambda or section in function position sees the frame.
(defun above (l limit) (filterlist '(lambda (x) (> x limit)) l)) ; =>
(above '(1 5 9) 4)                 ; => (5 9)
(defun under (l limit) (filter '(< limit) l)) ; =>
(under '(1 5 9) 6)                 ; => (1 5)

; So does a quoted name: a variable that holds a function can be called by it.
(defun by_name (k) (setq times (λ (x) (* x k))) (list (maplist 'times '(1 2)) (apply 'times '(5)))) ; =>
(by_name 3)                        ; => ((3 6) 15)
(defun by_parameter (before l) (sort 'before l)) ; =>
(by_parameter (λ (a b) (> a b)) '(1 3 2)) ; => (3 2 1)

; A lambda or section made as data reads what its caller has then, and writes globals.
(defun data_lambda (n) (setq l (list 'lambda '(x) '(+ x n))) (maplist l '(1 2))) ; =>
(data_lambda 10)                   ; => (11 12)
(defun data_section (n) (setq l '(+ n)) (maplist l '(1 2))) ; =>
(data_section 10)                  ; => (11 12)
(defun data_writes (n) (setq l '(lambda (x) (setq n x) n)) (list (l 4) n)) ; =>
(data_writes 10)                   ; => (4 10)
n                                  ; => 4
(setq n 2)                         ; => true
(defun data_let (n) (setq l '(lambda (x) (let ((m x)) (+ m n)))) (l 4)) ; =>
(data_let 10)                      ; => 14
(defpat data_in_pattern ([n k]) (setq l '(lambda (x) (+ x n k))) (l 1)) ; =>
(data_in_pattern '(10 20))         ; => 31

; A name that may not have a value yet falls back to the global.
(setq level 7)                     ; => true
(defun maybe_set (c) (if c (setq level 1)) level) ; =>
(list (maybe_set nil) (maybe_set true)) ; => (7 1)
level                              ; => 7

; op= writes the variable that the lookup finds.
(defun add_to_global () (+= n 10)) ; =>
(add_to_global)                    ; => 12
n                                  ; => 12
(defun add_to_local (n) (+= n 10) n) ; =>
(add_to_local 1)                   ; => 11
n                                  ; => 12
(setq m n)                         ; => true
(+= n 1 2)                         ; => 15
m                                  ; => 12
(+= unknown_name 1)                ; error: Error: Unbound atom: 'unknown_name'
(setq d {})                        ; => true
(+= (@ d "k") 2)                   ; => 2
(+= (@ d "k") 3)                   ; => 5
(+= (@ d "t") "a")                 ; => a
(setq l '(1 2 3))                  ; => true
(*= (@ l 1) 5)                     ; => 10
l                                  ; => (1 10 3)
(-= n 5)                           ; => 10
(/= n 4)                           ; => 2.5
(%= m 5)                           ; => 2

; let gives names back what they had.
(setq a 1)                         ; => true
(let ((a 5) (b (+ a 1))) (list a b)) ; => (5 6)
a                                  ; => 1
b                                  ; error: Error: Unbound atom: 'b'
(catch (let ((a 9)) (/ a 0)))      ; => Error: division by zero
a                                  ; => 1
(defun in_let (x) (let ((x 2) (y x)) (list x y))) ; =>
(in_let 1)                         ; => (2 2)
(defun after_let () (let ((y 2)) y) y) ; =>
(setq y 'global)                   ; => true
(after_let)                        ; => global
(let ((a)) 1)                      ; error: Error: unbalanced list of variables in 'let'

; The other assignments.
(setqv a 12)                       ; => 12
(setq (p q) '(1 2))                ; => true
(list q p)                         ; => (2 1)
(setq (p q) '(1 2 3))              ; error: Error: a list of variable should have the same size as its value.
(setg (p q) (list q p))            ; => true
(list p q)                         ; => (2 1)
(label here 5)                     ; => 5
(label here 6)                     ; error: Error: 'here' has been recorded already
(setconst limit 10)                ; => true
(setq limit 11)                    ; error: Error: 'limit' is a constant value
(+= limit 1)                       ; error: Error: 'limit' is a constant value
(defun shadow () (setq limit 3))   ; =>
(shadow)                           ; error: Error: 'limit' is a constant value
(setconst limit 12)                ; => true
limit                              ; => 12
(defun found (x) (setq= x 5) (setq= a 6) (setq= fresh 7) (list x fresh)) ; =>
(found 1)                          ; => (5 7)
a                                  ; => 6
fresh                              ; error: Error: Unbound atom: 'fresh'

; A variable may have the name of a built-in; head position still means the built-in.
(setq size 3)                      ; => true
(list size (size '(1 2)))          ; => (3 2)
(defun uses_last (last) (list last (last '(7 8)))) ; =>
(uses_last 1)                      ; => (1 8)
(setq sqrt 3)                      ; => true
(list sqrt (sqrt 4))               ; => (3 2)

; Constants of the text are copied.
(defun fresh_list () (setq l '(1 2)) (push l 3) l) ; =>
(fresh_list)                       ; => (1 2 3)
(fresh_list)                       ; => (1 2 3)
(defun default_list (x (l '(0))) (push l x)) ; =>
(default_list 1)                   ; => (0 1)
(default_list 2)                   ; => (0 2)
(push '(1 2) 3)                    ; => (1 2 3)
(setq shared '(1))                 ; => true
(setq same shared)                 ; => true
(push shared 2)                    ; => (1 2)
same                               ; => (1 2)
(defun grow (l) (push l 'x))       ; =>
(grow shared)                      ; => (1 2 x)
shared                             ; => (1 2 x)

; Text is a value: changing a variable in place gives it a new text.
(setq s "abc")                     ; => true
(setq t s)                         ; => true
(push s "d")                       ; => abcd
(list s t)                         ; => ("abcd" "abc")
(set@ s 0 "X")                     ; => Xbcd
s                                  ; => Xbcd
(reverse s)                        ; => dcbX
s                                  ; => dcbX
(replaceall s "c" "--")            ; => 1
s                                  ; => d--bX
(defun change (text) (push text "!") text) ; =>
(change s)                         ; => d--bX!
s                                  ; => d--bX

; eval reads and writes the frame it stands in.
(eval (list '+ 1 2))               ; => 3
(eval "(setq e1 1) (+ e1 1)")      ; => 2
(eval 'e1)                         ; => e1
(defun with_eval (x) (eval "(setq made (* x 2))") made) ; =>
(with_eval 4)                      ; => 8
made                               ; error: Error: Unbound atom: 'made'
(defun eval_in_lambda (x) (maplist (λ (code) (eval code)) '((+ x 1) (+ x 2)))) ; =>
(eval_in_lambda 10)                ; => (11 12)
((λ (x) (eval '(+ x 1))) 3)        ; => 4
(maplist (λ (x) (eval '(* x x))) '(1 2 3)) ; => (1 4 9)
(((λ (x) (λ (y) (eval "(list x y)"))) 1) 2) ; => (1 2)
(defun eval_everywhere (a) (setq b 2) (setq h (λ (x) (λ (y) (eval "(list x y a b)")))) ((h 1) 3)) ; =>
(eval_everywhere 0)                ; => (1 3 0 2)
((λ (x) (eval "(eval \"(+ x 1)\")")) 1) ; => 2
(((λ (x) (eval "(λ (y) (list x y))")) 1) 2) ; => (1 2)
((λ (x) (eval "(setq x 7)") (+ x 1)) 3) ; => 8
((λ (x) (eval "(let ((x 7)) x)") x) 3) ; => 3
((λ (x) (loadcode "(setq x (+ x 1))") x) 3) ; => 4
((λ (x) (eval "(setq made_at_top x)")) 3) ; => true
made_at_top                        ; => 3
(defun eval_writes_home (l) (maplist (λ (x) (eval "(setq made x)")) l) made) ; =>
(eval_writes_home '(1 2))          ; => 2
((λ (x) (eval "(list x missing)")) 1) ; error: Error: Unbound atom: 'missing'
(loadcode "(setq loaded 5)")       ; => true
loaded                             ; => 5

; The loop variable is an ordinary variable and keeps its last value.
(loop i '(1 2 3) i)                ; => 3
i                                  ; => 3
(loopcount 3 i i)                  ; => 2
i                                  ; => 3
(loop i () 1)                      ; => nil
i                                  ; => nil
(loopcount 3 i (setq kept i))      ; => true
kept                               ; => 2
(loopcount 3 i (setq i 10))        ; => true

; Small numbers keep their kind through operators on variables.
(setq small (float 2))             ; => true
(type (* small (float 3)))         ; => float_
(setq short_one (int16_t 2))       ; => true
(type (* short_one short_one))     ; => short_

; What only a lambda assigns belongs to the frame around it, which may read it before.
(defun sums () (maplist (λ (x) (loop i '(5 6) (check (= i 6) (return (+ x i))))) '(1 2)) i) ; =>
(sums)                             ; => 6
(setq n (list 1 2))                ; => true
(defun first_global () (λ (l) (setq n 1)) (pop n) n) ; =>
(first_global)                     ; => (1)
(let () 3)                         ; => 3

; A constant is no variable of a loop.
(setconst fixed 3)                 ; => true
(loop fixed '(1 2) fixed)          ; error: Error: 'fixed' is a constant value
(loopcount 2 fixed 1)              ; error: Error: 'fixed' is a constant value
(lloop (a fixed) '(1) '(2) 1)      ; error: Error: 'fixed' is a constant value
fixed                              ; => 3

(defun g_data (a) (if nil (setq data 1)) data)    ; =>
(g_data 1)                                        ; error: Error: Unbound atom: 'data'

; Lambdas in a dictionary keep the variables of their call, also where calls follow in tail position.
(defun keepers (n found) (if (= n 0) found (keepers (- n 1) (push found {"n":(\() n)})))) ; =>
(maplist (\(d) ((@ d "n"))) (keepers 3 ())) ; => (3 2 1)

; In tail position nobody reads the variables of a let later: calls of the function itself go on for ever there.
(defun counting_down (n) (let ((m (- n 1))) (if (= m 0) 'done (counting_down m)))) ; =>
(counting_down 300000)                            ; => done
(setq shade 'global)                              ; => true
(defun shaded (n) (let ((shade n)) (if (= n 0) shade (shaded (- n 1))))) ; =>
(list (shaded 3) shade)                           ; => (0 global)
(defun seen_first (n) (setq was shade) (let ((shade n)) (if (= n 0) was (seen_first (- n 1))))) ; =>
(seen_first 3)                                    ; => global
(defun let_parameter (n) (let ((n (* n 2)) (n (+ n 1))) (if (> n 20) n (let_parameter n)))) ; =>
(let_parameter 1)                                 ; => 31
(defun let_kept (n) (let ((nowhere n)) (\() (list nowhere shade)))) ; =>
((let_kept 3))                                    ; error: Error: Unbound atom: 'nowhere'
(defun let_failed (n) (maybe (let ((n 7)) (throw "no")) (\(text) (list n text)))) ; =>
(let_failed 1)                                    ; => (1 "no")
(defun let_in_let (n) (let ((a n)) (let ((b (+ a 1)) (a b)) (if (> a 9) (list a b) (let_in_let (+ n 1)))))) ; =>
(let_in_let 1)                                    ; => (10 10)
(defun let_in_cond (n) (cond ((= n 0) (let ((nowhere 1)) nowhere)) ((= n 1) nowhere) (true (let ((nowhere 5)) (let_in_cond 1))))) ; =>
(list (let_in_cond 0) (catch (let_in_cond 2)))    ; => (1 Error: Unbound atom: 'nowhere')
(defun let_optional (n (k 2)) (let ((m (+ n k))) m)) ; =>
(let_optional 1)                                  ; => 3
(defun let_or_global (n) (switch n (0 (let ((shade 5)) shade)) (1 shade) (true (if (= n 2) (let ((shade 6)) shade) shade)))) ; =>
(maplist 'let_or_global '(0 1 2 3))               ; => (5 global 6 global)
