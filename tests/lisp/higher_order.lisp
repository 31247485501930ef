; Functions over lists.

; Sections: maplist and its family append the element, map and its family put it behind the
; operator.
(filter '(< 10) '(5 20))           ; => (5)
(filterlist '(< 10) '(5 20))       ; => (20)
(filterlist '(< _ 10) '(5 20))     ; => (5)
(map '(- 10) '(1 2))               ; => (-9 -8)
(map '(10 -) '(1 2))               ; => (9 8)
(maplist '(- 10) '(1 2))           ; => (9 8)
(maplist '(- _ 10) '(1 2))         ; => (-9 -8)
(map '+ '(1 2 3))                  ; => (2 4 6)
(map '* '(1 2 3))                  ; => (1 4 9)
(maplist '+ '(1 2 3))              ; => (1 2 3)
(setq word "banana")
(maplist '(count word) '("a" "n")) ; => (3 2)
(defun twice (x) (* 2 x))
(maplist 'twice '(1 2))            ; => (2 4)
(maplist twice '(1 2))             ; => (2 4)
(map 'twice '(1 2))                ; => (2 4)
(maplist (λ (x) (+ x 1)) '(1 2))   ; => (2 3)
(maplist '(lambda (x) (+ x 1)) '(1 2))    ; => (2 3)

(type (maplist '(* 2) '(1 2)))     ; => integers_
(type (maplist '(* 2.0) '(1 2)))   ; => numbers_
(maplist (λ (x) (if (eq x 1) 1 2.5)) '(1 2))    ; => (1 2.5)
(type (maplist (λ (x) (if (eq x 1) 1 2.5)) '(1 2)))    ; => numbers_
(type (maplist (λ (x) (if (eq x 1) 1 "a")) '(1 2)))    ; => list_
(type (maplist 'string '(1 2)))    ; => strings_
(type (maplist '(* 2) '(1 2) nil)) ; => list_
(type (maplist 'iota '(2 2)))      ; => matrix_integer_
(type (mapcar '(* 2) '(1 2)))      ; => list_
(maplist 'zerop '(0 1))            ; => (1 0)
(mapcar 'zerop '(0 1))             ; => (1 0)
(map 'zerop '(0 1))                ; => (true nil)
(maplist 'upper "ab")              ; => ("A" "B")
(maplist 'upper {"a":1})           ; => ("A")
(maplist '+ nil)                   ; => ()
(maplist '+ 12)                    ; => ()

(filterlist (λ (c) (!= c "a")) "banana")    ; => bnn
(type (filterlist '(< 1) (integers 1 2)))   ; => integers_
(takelist '(> 10) '(1 4 11 9))     ; => (1 4)
(droplist '(< 10) '(1 4 11 9))     ; => (11 9)
(dropwhile '(< 10) '(1 4 11 9))    ; => (11 9)
(scanlist (λ (x) (if (> x 2) (* x 10))) '(1 2 3))    ; => 30
(maplist (λ (x) (if (> x 2) (break) x)) '(1 2 3 4))   ; => (1 2)
(map (λ (x) (if (> x 2) (break) x)) '(1 2 3 4))       ; => (1 2)
(filterlist (λ (x) (if (> x 2) (break) true)) '(1 2 3 4))    ; => (1 2)
(maplist (λ (x) (if (> x 2) (return 0)) x) '(1 2 3))  ; => (1 2 0)
(zipwith (λ (a b) (+ (* 10 a) b)) '(1 2) '(3 4))      ; => (13 24)

(take 2 "abc")                     ; => ("a" "b")
(take 3 '(1))                      ; => (1)
(drop 2 '(a b c))                  ; => (c)
(takewhile '(< 10) '(1 4 11 9))    ; => (1 4)
(takewhile '(< 10) (map '+ (irange 1 1)))    ; => (2 4 6 8)
(take 3 (filter '(> 10) (irange 1 4)))       ; => (13 17 21)
(take 3 (cycle '(1 2)))            ; => (1 2 1)
(take 2 (repeat 'x))               ; => (x x)
(sum (irange 1 1))                 ; error: Error: a list without end can only be taken in part: use 'take' or 'takewhile'
(reverse (take 3 (map '* (irange 1 1))))    ; => (9 4 1)
(map '* (irange 1 1))              ; => (1 4 9 16 25 36 49 64 81 100 ...)
(foldl '+ 10 '(1 2 3 4))           ; => 20
(foldl '- 10 '(1 2 3))             ; => 4
(foldl (λ (acc x) (+ (* 10 acc) x)) 0 '(1 2 3))    ; => 123
(foldr '- 10 '(1 2 3))             ; => -8
(foldl1 '- '(10 2 3))              ; => 5
(foldl1 '+ ())                     ; => nil
(foldr1 '- '(10 2 3))              ; => 11
(scanl '+ 0 '(1 2 3))              ; => (0 1 3 6)
(scanl1 '+ '(1 2 3 4))             ; => (1 3 6 10)
(scanr '- 10 '(1 2 3))             ; => (-8 9 -7 10)
(scanr1 '- '(1 2 3))               ; => (2 -1 3)

; A list that only passes from one built-in to the next keeps the kinds it would have.
(maplist 'type (filterlist (\(x) true) (maplist (\(x) (if (= x 1) 0.5 x)) '(1 2 3)))) ; => (number_ number_ number_)
(foldl (\(a x) (+ a (string (type x)))) "" (maplist (\(x) (if (= x 1) 0.5 x)) '(1 2))) ; => number_number_
(foldl '+ 0 (filterlist (\(x) (> x 2)) (mapcar (\(x) (+ x 1)) (range 0 4 1))))  ; => 7
(foldl '+ "" (maplist (\(c) (+ c "-")) (filterlist (\(c) (!= c "b")) "abc")))   ; => a-c-
(maplist (\(x) (+ x 1)) (filterlist (\(x) (/ x 0)) '(1 2)))  ; error: Error: division by zero

; A function in the place of the container is a mistake, not a container without elements.
(map '(1 2 3) (lambda (x) x))      ; error: Error: a container is expected, not '(λ (x) x)'
(maplist '(1 2) car)               ; error: Error: a container is expected, not 'car'
(cycle +)                          ; error: Error: a container is expected, not '+'
