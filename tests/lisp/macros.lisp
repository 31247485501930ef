; Macros: substitution of unevaluated operands.

(defmacro unless (c e) (if (not c) e)) ; =>
(unless nil 3)                     ; => 3
(unless true (/ 1 0))              ; => nil
(defmacro repeatn (n $ body) (loopcount n $ body)) ; =>
(setq k 0)                         ; => true
(repeatn 3 (+= k 1) (+= k 10))     ; => 33
(defmacro m (x) (list 'x x))       ; =>
(m 4)                              ; => (4 4)
(m (+ 1 2))                        ; => ((+ 1 2) 3)

; The first definition that matches is used.
(defmacro cmp (a '< b) (list 'less a b)) ; =>
(defmacro cmp (a '> b) (list 'more a b)) ; =>
(defmacro cmp ((a b) c) (+ a b c)) ; =>
(list (cmp 1 < 2) (cmp 1 > 2) (cmp (1 2) 3)) ; => ((less 1 2) (more 1 2) 6)
(cmp 1 = 2)                        ; error: Error: cannot apply this macro: cmp
(defmacro twins (a a) 'same)       ; =>
(defmacro twins (a b) 'different)  ; =>
(list (twins (f x) (f x)) (twins 1 2)) ; => (same different)

; Several body forms are a block; variables that are no parameters are used as they are.
(defmacro both (a b) (setq seen a) (+ seen b)) ; =>
(both 2 3)                         ; => 5
seen                               ; => 2
(defmacro with_rest (f $ l) (f $ l $ l)) ; =>
(with_rest + 1 2)                  ; => 6
(with_rest list)                   ; => ()
(defmacro entries (k v) {"key":k "value":v}) ; =>
(entries "a" (+ 1 1))              ; => {"key":"a" "value":2}

; Inside functions, patterns and macros.
(defun g (x) (unless (> x 0) 'negative)) ; =>
(list (g 1) (g -1))                ; => (nil negative)
(defmacro swap_if (c a b) (unless c (list b a))) ; =>
(swap_if nil 1 2)                  ; => (2 1)
(defun seen_in_macro (z) (both z 1) seen) ; =>
(list (seen_in_macro 7) seen)      ; => (7 2)
(defpat by_macro ([(unless (> x 5) true)]) 'small) ; =>
(by_macro '(3))                    ; => small

; A list that is made makes no code; names of instructions are reserved; a function replaces.
(defmacro old_way (x) (list 'if x 1 2)) ; =>
(old_way 5)                        ; => (if 5 1 2)
(defmacro if (a) a)                ; error: Error: 'if' is a reserved keyword.
(defun unless (x) (list 'function x)) ; =>
(unless 1)                         ; => (function 1)
(defmacro taken (a b) (list 'macro a b)) ; =>
(defpat taken (0) 'zero)           ; =>
(defpat taken (n) (taken (- n 1))) ; =>
(taken 3)                          ; => zero
(defmacro taken (a b) (list 'macro a b)) ; =>
(taken 1 2)                        ; => (macro 1 2)
(defpred taken (n) (> n 5) 'large) ; =>
(taken 6)                          ; => large
(defmacro taken (a b) (list 'macro a b)) ; =>
(defprol taken (n) (> n 5) 'found) ; =>
(taken 6)                          ; => (found)
(defmacro taken (a b) (list 'macro a b)) ; =>
(dethread taken (n) (threadstore "taken" n)) ; =>
(list (taken 6) (wait) (threadretrieve "taken")) ; => (true true (6))
(defmacro taken (a b) (list 'macro a b)) ; =>
(data@ (taken _))                  ; =>
(taken 6)                          ; => (taken 6)
(defmacro taken (a b) (list 'macro a b)) ; =>
(class@ taken (x) (defun twice () (* 2 x))) ; =>
((taken 6) (twice))                ; => 12

; Other tokens.
(link "WHEN" 'check)               ; => true
(WHEN (= 1 1) 'yes)                ; => yes
(link "BEGIN" (atom "(")) (link "END" (atom ")")) ; => true
BEGIN + 1 BEGIN * 2 3 END END      ; => 7
