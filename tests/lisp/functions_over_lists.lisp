; Functions over lists, strict and lazy.

(maplist (λ (x) (if (eq x 1) 1 2.5)) '(1 2)) ; => (1 2.5)
(type (maplist (λ (x) (if (eq x 1) 1 2.5)) '(1 2))) ; => numbers_
(type (maplist '+ '(1 2)))         ; => integers_
(type (maplist '+ '(1 2) false))   ; => list_
(type (mapcar '+ '(1 2)))          ; => list_
(type (maplist (λ (x) (integers x x)) '(1 2))) ; => matrix_integer_
(¨ '+ '(1 2))                      ; => (1 2)
(takelist '(> 10) '(1 4 11 9))     ; => (1 4)
(droplist '(< 10) '(1 4 11 9))     ; => (11 9)
(filtercar '(< 10) '(1 11))        ; => (11)
(takecar '(> 10) '(1 11))          ; => (1)
(dropcar '(< 10) '(1 11))          ; => (11)
(filterlist '(neq "b") "abc")      ; => ac
(scanlist (λ (x) (if (> x 1) (* x 10))) '(1 2 3)) ; => 20
(for x '(1 2) (* x x))             ; => (1 4)
(dropwhile '(< 10) '(1 4 11 9))    ; => (11 9)
(maplist 'upper "ab")              ; => ("A" "B")
(maplist (λ (k) k) {"a":1})        ; => ("a")
(maplist 'size nil)                ; => ()
(mapcar 'size 3)                   ; => ()
(filterlist '(< 1) '(1 2 3) false) ; => (2 3)
(zipwith '+ '(1 2) '(3 4) '(5 6))  ; => (9 12)
(foldl '+ 10 '(1 2 3 4))           ; => 20
(foldl1 '+ ())                     ; => nil
(foldr1 '- '(1 2 3))               ; => 2
(scanl '+ 0 '(1 2 3))              ; => (0 1 3 6)
(scanl1 '+ '(1 2 3 4))             ; => (1 3 6 10)
(foldl '- 10 '(1 2 3))             ; => 4
(foldr '- 10 '(1 2 3))             ; => -8
(scanr '- 10 '(1 2 3))             ; => (-8 9 -7 10)
(scanr1 '- '(1 2 3))               ; => (2 -1 3)
(take 2 "abc")                     ; => ("a" "b")
(takewhile '(< 10) (map '+ (irange 1 1))) ; => (2 4 6 8)
(drop 2 '(1 2 3))                  ; => (3)
(take 3 (drop 2 (cycle '(1 2 3)))) ; => (3 1 2)
(take 2 (!map '(+ 1) '(1 2)))      ; => (2 3)
(take 2 (repeat 'x))               ; => (x x)
(map)                              ; => {}
(foldl (λ (a x) (+ a x)) 0 '(1 2)) ; => 3
(foldl '(λ (a x) (+ a x)) 0 '(1 2)) ; => 3

(!filter (quote (< 2)) (list 1 2))  ; => (1)
(!filter '(> 1) '(1 2))            ; => (2)
(!take 1 '(1 2))                   ; => (1)
(!drop 1 '(1 2))                   ; => (2)
(!takewhile '(< 2) '(1 2 1))       ; => (1)
(!dropwhile '(< 2) '(1 2 1))       ; => (2 1)
(take 2 (map (λ (x) (* x x)) (irange 1 1)))    ; => (1 4)
(apply '+ (irange 1 1))            ; error: Error: a list without end can only be taken in part: use 'take' or 'takewhile'
(setq (a b) (irange 1 1))          ; error: Error: a list without end can only be taken in part: use 'take' or 'takewhile'
