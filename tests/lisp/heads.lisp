; What stands in head position, and partial calls.

(setq ff '+) (ff 1 2)              ; => 3
(setq gg +) (gg 1 2)               ; => 3
(defun size (l) 1)                 ; error: Error: 'size' is a reserved keyword.
(setq sqrt 3) (list sqrt (sqrt 4)) ; => (3 2)
(defun cosh (x) 'mine) (cosh 1)    ; => mine
(setq ff '*) (ff 2 3)              ; => 6
((λ (x) x) 3)                      ; => 3
(defun h (x) (λ (y) (+ x y))) ((h 1) 2) ; => 3
(sum . numbers 1 2 3)              ; => 6
(setq v . split "a\nb" "\n") v     ; => ("a" "b")
(println . reverse '(1 2))         ; =>
(filter '(< 10) '(5 20))           ; => (5)
(filterlist '(< 10) '(5 20))       ; => (20)
(filterlist '(< _ 10) '(5 20))     ; => (5)
(map '(- 10) '(1 2))               ; => (-9 -8)
(map '(10 -) '(1 2))               ; => (9 8)
(maplist '(- 10) '(1 2))           ; => (9 8)
(map '+ '(1 2 3))                  ; => (2 4 6)
(maplist '+ '(1 2 3))              ; => (1 2 3)
(filterlist (< _ 10) '(5 20))      ; => (5)
(map (+ _ 1) '(5 20))              ; => (6 21)
(defun dbl (a b) (list a b)) (map '(dbl 3) '(1)) ; => ((1 3))
(loopcount 5 i (if (eq i 3) (return i))) ; => 3
(maplist (λ (x) (if (eq x 2) (break)) x) '(1 2 3)) ; => (1)
(map (λ (x) (if (eq x 2) (break)) x) '(1 2 3)) ; => (1)
(foldl (λ (a x) (if (eq x 2) (break)) (+ a x)) 0 '(1 2 3)) ; => 1
