; Variables, functions and lambdas.

(defun g () x)
(defun f () (setq x 5) (g))
(f)                                ; error: Error: Unbound atom: 'x'
(block (setg x 1) (f))             ; => 1
(setq n 0)
(defun bump () (setq n (+ n 1)) n)
(bump)                             ; => 1
n                                  ; => 0
(defun bumpg () (setg n (+ n 1)) n)
(bumpg)                            ; => 1
n                                  ; => 1
(setq a 1)                         ; => true
(setq (a b) '(1 2))
(+ a b)                            ; => 3
(setq (a b) '(1 2 3))              ; error: Error: a list of variable should have the same size as its value.
(setqv a 7)                        ; => 7
(+= a 1)                           ; => 8
(+= a 1 2)                         ; => 11
(setq m a) (+= a 1)
m                                  ; => 11
(+= missing 1)                     ; error: Error: Unbound atom: 'missing'
(setq d {})
(+= (@ d "k") 2)                   ; => 2
(+= (@ d "t") "x")                 ; => x
d                                  ; => {"k":2 "t":"x"}
(setconst limit 5)
(setq limit 6)                     ; error: Error: 'limit' is a constant value
(label mark 4)                     ; => 4
(label mark 5)                     ; error: Error: 'mark' has been recorded already
(setq x 1)
(let ((x 2) (y (+ x 1))) (list x y))    ; => (2 3)
x                                  ; => 1

(defun f (l) (setq n 10) (maplist (\(x) (setq n (+ n x))) l) n)
(f '(1 2))                         ; => 13
(defun adder (k) (λ (x) (+ x k)))
(setq add5 (adder 5))
(add5 1)                           ; => 6

(defun test (x (y 10) (() r)) (list x y r))
(test 1)                           ; => (1 10 ())
(test 1 2 3 4)                     ; => (1 2 (3 4))
(defun optional (x (y)) y)
(optional 1)                       ; => nil
(defun two (a b) a)
(two 1)                            ; error: Error: Wrong number of arguments in call to: '(two (a b)...)'
((lambda (x y) x) 1)               ; error: Error: Wrong number of arguments in: '(lambda (x y)...)'
(apply '+ '(1 2 3))                ; => 6
(eval (list '+ 1 2))               ; => 3
(eval "(+ 1 2)")                   ; => 3
(defun count-down (n) (if (eq n 0) 'done (count-down (- n 1))))
(count-down 100000)                ; => done
(defun depth (n) (if (eq n 0) 0 (+ 1 (depth (- n 1)))))
(depth 10000)                      ; => 10000
(defun swapped (a b n) (if (eq n 0) (list a b) (swapped b a (- n 1))))
(swapped 1 2 3)                    ; => (2 1)
(defun early (l) (loop x l (if (> x 1) (return x))) 'none)
(early '(1 2 3))                   ; => 2
(early '(1))                       ; => none
(defun fact (n) (if (< n 2) 1 (* n (self (- n 1)))))
(fact 5)                           ; => 120
