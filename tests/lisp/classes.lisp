; Classes, instances, methods.

(class@ Counter (name (n 0))
   (defun inc (k) (setqi n (+ n k)) n)
   (defun show () (println name n)))
; =>
(setq c (Counter "a"))             ; => true
(c (inc 2) (inc 3))                ; => 5
(list (@ c 'n) (@ c "n") (@ c 1))  ; => (5 5 5)
(set@ c 'n 0)                      ; => (Counter "name":"a" "n":0)
c                                  ; => (Counter "name":"a" "n":0)
(type c)                           ; => Counter
(list c)                           ; => ((Counter "name":"a" "n":0))
(dictionary c)                     ; => {"name":"a" "n":0}
(= c (Counter "a"))                ; => true
(= c (Counter "b"))                ; => nil
(setq twin (clone c))              ; => true
(twin (inc 7))                     ; => 7
(list (@ c 'n) (@ twin 'n))        ; => (0 7)

; Where the kind of the head is known only when it runs.
(defun twice (o) (o (inc 1)) (o (inc 1))) ; =>
(twice c)                          ; => 2
(defun outside () (c (inc 5)))     ; =>
(outside)                          ; => 7
((Counter "z" 3) (inc 4))          ; => 7
(defun inc (k) 'a_function)        ; =>
(list (c (inc 1)) (inc 1))         ; => (8 a_function)
(defun call (f) (f (inc 1)))       ; =>
(call (λ (x) (list x)))            ; => (a_function)
(list (c) (c inc))                 ; => (nil (defun inc (k) (setqi n (+ n k)) n))
(setq bound (c inc))               ; => true
(bound 2)                          ; => 10

; Making instances.
(Counter)                          ; error: Error: argument list mismatch with the parameter list
(Counter 1 2 3)                    ; error: Error: argument list mismatch with the parameter list
(Counter (setqi n 5) (setqi name "w")) ; => (Counter "name":"w" "n":5)
(Counter (? name "w"))             ; => (Counter "name":"w" "n":0)
(Counter "x" (? nope 1))           ; error: Error: 'Counter' has no field 'nope'
(class@ Machine (power (state) (log '()))
   (defun config () (push log power) (* 2 power)))
; =>
(Machine 10 (config))              ; => (Machine "power":10 "state":20 "log":(10))
(Machine 10)                       ; => (Machine "power":10 "state":nil "log":())
(maplist 'Counter '("a" "b"))      ; => ((Counter "name":"a" "n":0) (Counter "name":"b" "n":0))

; Names in a method: parameters and locals, then fields, then globals.
(setq everywhere 'global)          ; => true
(class@ Scope (field)
   (defun local () (setq field 'local) field)
   (defun of_field () field)
   (defun of_global () everywhere)
   (defun parameter (field) field)
   (defun change () (+= field 1) field)
   (defun make () (setqi made 'new) made)
   (defun in_lambda () (maplist (λ (x) (+ x field)) '(1 2)))
   (defun assign (v) (setq= field v)))
; =>
(setq s (Scope 10))                ; => true
(list (s (local)) (s (of_field)) (s (of_global)) (s (parameter 3))) ; => (local 10 global 3)
(list (s (change)) (s (of_field)) (s (in_lambda))) ; => (11 11 (12 13))
(list (s (make)) s)                ; => (new (Scope "field":11 "made":new))
(s (assign 4))                     ; => true
(s (of_field))                     ; => 4

; Arguments see the variables of the caller, then the fields of the instance.
(defun give_local (o) (setq field 1) (o (parameter field))) ; =>
(defun give_field (o) (o (parameter (+ field 100)))) ; =>
(list (give_local s) (give_field s)) ; => (1 104)

; Inheritance: fields of the child come first, its methods replace.
(class@ Animal (name (legs 4))
   (defun tell () (+ name " has " (string (count_legs)) " legs"))
   (defun count_legs () legs)
   (defun rename (x) (setqi name x)))
; =>
(class@ Bird (wings (from@ Animal)) (defun count_legs () 2)) ; error: Error: 'from@' stands behind the list of fields
(class@ Bird ((wings 2)) (from@ Animal)
   (defun count_legs () 2)
   (defun tell () (+ (from@ Animal (tell)) " and " (string wings) " wings")))
; =>
(class@ Duck (from@ Bird) (defun swim () (+ name " swims"))) ; =>
(setq d (Duck 2 "Don"))            ; => true
d                                  ; => (Duck "wings":2 "name":"Don" "legs":4)
(d (tell))                         ; => Don has 2 legs and 2 wings
(d (rename "Daisy") (swim))        ; => Daisy swims
(d Animal (count_legs))            ; => 2
(d Counter (inc 1))                ; error: Error: mismatch between class instance and class definition
(c (fly))                          ; error: Error: Unbound atom: 'fly'
(@ c 'z)                           ; error: Error: index out of bounds
(class@ Lost (from@ Nobody))       ; error: Error: 'Nobody' is no class to inherit from

; Recursion, also in tail position, and methods as functions.
(class@ Loop ((steps 0))
   (defun down (i) (if (= i 0) steps (block (+= steps 1) (down (- i 1)))))
   (defun fact (n) (if (< n 2) 1 (* n (fact (- n 1)))))
   (defun all (l) (maplist 'fact l)))
; =>
(setq l (Loop))                    ; => true
(list (l (down 100000)) (l (fact 5)) (l (all '(3 4)))) ; => (100000 120 (6 24))

; Patterns take instances apart.
(defpat named ([Counter name n]) (list name n)) ; =>
(defpat named ([Duck w name _]) (list name 'duck)) ; =>
(defpat named (_) 'other)          ; =>
(list (named c) (named d) (named 3)) ; => (("a" 10) ("Daisy" duck) other)

; The body of withclass is run as in a method; with a class it adds methods.
(withclass c (setqi n 1) (list name n)) ; => ("a" 1)
(defun look (o) (withclass o (list name (n_plus n)))) ; =>
(defun n_plus (x) (+ x 1))         ; =>
(look c)                           ; => ("a" 2)
(withclass Counter (defun reset () (setqi n 0) n)) ; =>
(c (reset))                        ; => 0
(withclass 3 1)                    ; error: Error: 'withclass' needs an instance or a class, not '3'
(setqi n 1)                        ; error: Error: 'setqi' is for methods: there is no current instance
(from@ Counter (inc 1))            ; error: Error: 'from@' calls the methods of a class, inside a method
(defclass Pair (a b) (defun both () (list a b))) ; =>
((Pair 1 2) (both))                ; => (1 2)
(class@ Self (next) (defun me (x) (setqi next x))) ; =>
(setq circle (Self nil))           ; => true
(circle (me circle))               ; => true
circle                             ; => (Self "next":...)
(push (list 1) c)                  ; => (1 (Counter "name":"a" "n":0))

; Code that is evaluated in a method sees the fields and methods.
(class@ Sum (x (size 2))
   (defun doubled () (* 2 x))
   (defun all (k) (setq z 5) (eval '(list x k z size (doubled))))
   (defun grow (k) (eval "(setq k 7) (setqi x 9) (+= size 1)") (list k x size))
   (defun loads () (loadcode "(setq r (* x 2))") r))        ; =>
(setq s (Sum 5))                ; => true
(s (all 3))                     ; => (5 3 5 2 10)
(s (grow 1))                    ; => (7 9 3)
(s (loads))                     ; => 18
(withclass s (eval "(setq outside x) (+ x 1)")) ; => 10
outside                         ; => 9

; What may be a local variable or a field is changed where it is found.
(class@ Either (x) (defun m (c) (if c (setq x 1)) (+= x 1) x))  ; =>
(setq e (Either 5))             ; => true
(e (m true))                    ; => 2
(e (m nil))                     ; => 6
e                               ; => (Either "x":6)
(setq y 3)                      ; => true
(class@ Global (x) (defun m (c) (if c (setq y 1)) (+= y 1) y))  ; =>
((Global 1) (m true))           ; => 2
((Global 1) (m nil))            ; => 4
y                               ; => 4
(class@ Word (x) (defun m (c) (if c (setq size 1)) size))  ; =>
((Word 1) (m nil))              ; => size

; In JSON an instance is an object of its fields.
(class@ Shown (a (b 2)) (defun m () a)) ; =>
(json (Shown 1))                ; => {"a":1,"b":2}
(json {"list":(list (Shown "x"))}) ; => {"list":[{"a":"x","b":2}]}
