; Parameters, named arguments, recursion, apply and eval.

(defun test (x (y 10) (() r)) (list x y r)) ; =>
(test 1)                           ; => (1 10 ())
(test 1 2 3 4)                     ; => (1 2 (3 4))
(defun bad ((x 1) y) 1)            ; error: Error: default values should always be at the end of the parameter list
(test)                             ; error: Error: Wrong number of arguments in call to: '(test (x (y 10) (() r))...)'
((λ (x) x))                        ; error: Error: Wrong number of arguments in: '(lambda (x)...)'
(defun na (a (b 2) (c 3)) (list a b c)) ; =>
(na 1 (? c 30))                    ; => (1 2 30)
(na 1 (? c 30) (? b 20))           ; => (1 20 30)
(na (? b 5))                       ; error: Error: missing argument
(na 1 (? b 5) 6)                   ; error: Error: only named arguments can follow a named one
(apply '+ '(1 2 3))                ; => 6
(apply '+ (integers 1 2 3))        ; => 6
(apply (λ (a b) (- a b)) '(1 2))   ; => -1
(apply '+ 3)                       ; error: Error: 'apply' needs a list of arguments
(eval (list '+ 1 2))               ; => 3
(eval "(+ 1 2) (+ 3 4)")           ; => 7
(eval 'a)                          ; => a
(eval 3)                           ; => 3
(defun cnt (n) (if (< n 1) 'end (cnt (- n 1)))) (cnt 100000) ; => end
(defun dp (n) (if (< n 1) 0 (+ 1 (dp (- n 1))))) (dp 10000) ; => 10000
((λ (x y) (- x y)) 5 (? y 3))      ; => 2
((λ (x y) (- x y)) (? y 3) (? x 10))    ; => 7
(na (? a 1) (? a 2))               ; error: Error: an argument is given twice
(na 1 2 3 4 (? a 2))               ; error: Error: 'na' takes no more than 3 arguments
(na 1 (? d 2))                     ; error: Error: 'na' has no parameter 'd'
(na 1 (? 3 2))                     ; error: Error: a named argument is (? name value)
(defun order (a b) (list a b))     ; =>
(setq l (list)) (order (? b (push l 1)) (? a (size l)))    ; => (1 (1))
(no_such_function (? a 1))         ; error: Error: Unbound atom: 'no_such_function'
