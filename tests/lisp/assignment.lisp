; Variables, constants and copies.

(setq m 1) (setq n m) (+= n 1) (list m n) ; => (1 2)
(setq d {}) (+= (@ d "k") 2) (+= (@ d "s") "x") d ; => {"k":2 "s":"x"}
(+= zzzz 1)                        ; error: Error: Unbound atom: 'zzzz'
(setq _ 3)                         ; error: Error: '_' is a constant value
(let ((a 1) (b (+ a 1))) (list a b)) ; => (1 2)
(let ((a 1) (b)) a)                ; error: Error: unbalanced list of variables in 'let'
(setconst kk 3) kk                 ; => 3
(setq kk 4)                        ; error: Error: 'kk' is a constant value
(+= kk 4)                          ; error: Error: 'kk' is a constant value
(setconst kk 5) kk                 ; => 5
(label lb 3)                       ; => 3
(label lb 3)                       ; error: Error: 'lb' has been recorded already
(setqv v 3)                        ; => 3
(setq= v 4) v                      ; => 4
(setg (a b) '(1 2)) (list a b)     ; => (1 2)
(cdr '(1 2))                       ; => (2)
(setq s "abc") (setq t s) (set@ s 0 "X") (list s t) ; => ("Xbc" "abc")
(setq s "abc") (setq t s) (replaceall s "a" "Z") (list s t) ; => ("Zbc" "abc")
(setq s "abc") (setq t s) (reverse s) (list s t) ; => ("cba" "abc")
(setq s "abc") (setq t s) (+= s "d") (list s t) ; => ("abcd" "abc")

; Every operator that changes a variable.
(setq n 20) (list (-= n 2) (*= n 3) (/= n 4))    ; => (18 54 13.5)
(setq n 7) (list (%= n 4) (^^= n 3) (**= n 2))   ; => (3 27 729)
(setq n 12) (list (&= n 10) (|= n 3) (^= n 1))   ; => (8 11 10)
(setq n 12) (list (&~= n 4) (<<= n 3) (>>= n 5)) ; => (8 64 2)
(setq n 1) (+= n 2 3)                            ; => 6
(setq l '(1 2)) (+= (@ l 0) 5) l                 ; => (6 2)
(setq (kk other) '(1 2))                         ; error: Error: 'kk' is a constant value
(setg _ 3)                                       ; error: Error: '_' is a constant value
(setconst _ 3)                                   ; error: Error: '_' is a constant value
(label _ 3)                                      ; error: Error: '_' is a constant value
(let ((_ 3)) 1)                                  ; error: Error: '_' is a constant value
(+= _ 3)                                         ; error: Error: '_' is a constant value
_                                                ; => nil
