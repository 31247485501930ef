; Predicates: definitions whose body forms are tests.

(defpred among (x [x $ _]) true)   ; =>
(defpred among (x [_ $ r]) (among x r)) ; =>
(among 3 '(1 2 3))                 ; => true
(among 9 '(1 2 3))                 ; error: Error: Could not find a match for function: 'among'
(type among)                       ; => predicate_

; A false test or an error leads to the next definition.
(defpred size_of (x) (< x 10) 'small) ; =>
(defpred size_of (x) (< x 100) 'middle) ; =>
(defpred size_of (x) 'large)       ; =>
(list (size_of 5) (size_of 50) (size_of 500)) ; => (small middle large)
(size_of "text")                   ; => large
(defpred divided (x y) (/ x y))    ; =>
(defpred divided (x y) 'undivided) ; =>
(list (divided 6 2) (divided 6 0)) ; => (3 undivided)

; The arguments are those that were given, whatever a definition did to its copies.
(defpred changed (l) (push l 4) (> (size l) 100)) ; =>
(defpred changed (l) l)            ; =>
(setq given '(1 2))                ; => true
(list (changed given) given)       ; => ((1 2) (1 2))
(defpred kept (l@) (push l@ 4) (> (size l@) 100)) ; =>
(defpred kept (l) l)               ; =>
(list (kept given) given)          ; => ((1 2 4) (1 2 4))

; A cut ends the search with its definition, fail_ fails it.
(defpred big (x) (> x 5) cut_ (> x 100) 'big) ; =>
(defpred big (x) 'small)           ; =>
(list (big 3) (big 700))           ; => (small big)
(big 7)                            ; error: Error: Could not find a match for function: 'big'
(defpred failing (x) fail_)        ; =>
(defpred failing (x) 'second)      ; =>
(failing 1)                        ; => second

; A search as deep as one likes.
(defpred climb (n) (= n 200000) 'top) ; =>
(defpred climb (n) (< n 200000) (climb (+ n 1))) ; =>
(defpred climb (n) 'other)         ; =>
(list (climb 0) (climb 500000))    ; => (top other)
(defpred hopeless (n) (> n 100000) fail_) ; =>
(defpred hopeless (n) (<= n 100000) (hopeless (+ n 1))) ; =>
(hopeless 0)                       ; error: Error: Could not find a match for function: 'hopeless'
(defpred counted_down (0) 'done)   ; =>
(defpred counted_down (n) (counted_down (- n 1))) ; =>
(counted_down 100000)              ; => done
(defpred too_deep (n) (+ 1 (too_deep n))) ; =>
(defpred too_deep (n) 'never)      ; =>
(too_deep 1)                       ; error: Error: stack overflow

; Searching back: colours of four fields, no two neighbours alike.
(defpred colour ('red) 'red)       ; =>
(defun fits (c coloured neighbours) (loop n neighbours (if (= c (@ coloured n)) (return nil))) true) ; =>
(setq borders '(() (0) (0 1) (1 2))) ; => true
(defpred paint (n coloured) (= n 4) coloured) ; =>
(defpred paint (n coloured) (fits 'red coloured (@ borders n)) (paint (+ n 1) (consb coloured 'red))) ; =>
(defpred paint (n coloured) (fits 'blue coloured (@ borders n)) (paint (+ n 1) (consb coloured 'blue))) ; =>
(defpred paint (n coloured) (fits 'green coloured (@ borders n)) (paint (+ n 1) (consb coloured 'green))) ; =>
(paint 0 ())                       ; => (red blue green red)

; All definitions that hold.
(defprol kinds (x) (> x 0) 'positive) ; =>
(defprol kinds (x) (zerop (% x 2)) 'even) ; =>
(defprol kinds (x) (> x 100) cut_ 'large) ; =>
(defprol kinds (x) fail_)          ; =>
(defprol kinds (x) 'number)        ; =>
(list (kinds 4) (kinds -3) (kinds 500)) ; => ((positive even number) (number) (positive even large))
(defprol nothing (x) (> x 0))      ; =>
(nothing -1)                       ; => ()
(defprol parent ('ann) 'bob)       ; =>
(defprol parent ('ann) 'eve)       ; =>
(defprol parent ('bob) 'joe)       ; =>
(list (parent 'ann) (parent 'joe)) ; => ((bob eve) ())
