; Functions defined by patterns.

(defpat fact (0) 1)                ; =>
(defpat fact (n) (* n (fact (- n 1)))) ; =>
(fact 5)                           ; => 120
(fact 20)                          ; => 2432902008176640000

; Definitions whose first pattern carries a type come first, then the others, each in order.
(defpat f (x) 'any)                ; =>
(defpat f (1) 'one)                ; =>
(defpat f ([a b]) 'pair)           ; =>
(f 1)                              ; => one
(f 2)                              ; => any
(f '(1 2))                         ; => any
(defpat typed (_) 'other)          ; =>
(defpat typed ([string_ s]) (+ "text " s)) ; =>
(defpat typed ('red) 'colour)      ; =>
(defpat typed ("red") 'quoted)     ; =>
(list (typed "a") (typed 'red) (typed "red") (typed 2)) ; => ("text a" colour "text red" other)

; One with the same patterns replaces the older one.
(defpat f (1) 'first)              ; =>
(f 1)                              ; => first

; Literals match values of their type only.
(defpat lit (1) 'integer)          ; =>
(defpat lit (1.0) 'number)         ; =>
(defpat lit (true) 'true)          ; =>
(defpat lit (nil) 'nil)            ; =>
(defpat lit (_) 'other)            ; =>
(list (lit 1) (lit 1.0) (lit true) (lit nil) (lit ()) (lit '(1)) (lit "1")) ; => (integer number true nil nil other other)

; A name that comes again must match the same.
(defpat same (x x) 'same)          ; =>
(defpat same (_ _) 'different)     ; =>
(list (same 1 1) (same '(1 (2)) '(1 (2))) (same 1 2)) ; => (same same different)
(defpat mirrored ([a b a]) b)      ; =>
(defpat mirrored (_) nil)          ; =>
(list (mirrored '(1 2 1)) (mirrored '(1 2 3))) ; => (2 nil)

; Types, and conditions on what they hold.
(defun checkmod (x n) (= 0 (% x n))) ; =>
(defpat fizz ([integer_ (checkmod x 15)]) 'fizzbuzz) ; =>
(defpat fizz ([integer_ (checkmod x 5)]) 'buzz) ; =>
(defpat fizz ([integer_ (checkmod x 3)]) 'fizz) ; =>
(defpat fizz ([integer_ x]) x)     ; =>
(maplist 'fizz (range 1 16 1) nil) ; => (1 2 fizz 4 buzz fizz 7 8 fizz buzz 11 fizz 13 14 fizzbuzz)
(fizz "a")                         ; error: Error: Could not find a match for function: 'fizz'
(defpat near (x [< x y]) 'above)   ; =>
(defpat near (x [= x y]) 'equal)   ; =>
(defpat near (_ _) 'below)         ; =>
(list (near 1 2) (near 2 2) (near 3 2)) ; => (above equal below)
(setq limit 10)                    ; => true
(defpat limited ([< x limit]) (list 'low x)) ; =>
(defpat limited (_) 'high)         ; =>
(list (limited 3) (limited 30))    ; => ((low 3) high)
(defpat nested ([< 10 [integer_ x]]) (+ x 1)) ; =>
(defpat nested (_) 'no)            ; =>
(list (nested 20) (nested 5) (nested "a")) ; => (21 no no)
(defpat typed_only (integer_) 'whole) ; =>
(defpat typed_only ([dictionary_ d]) (size d)) ; =>
(defpat typed_only ([integers_ l]) (sum l)) ; =>
(list (typed_only 3) (typed_only {"a":1}) (typed_only (integers 1 2))) ; => (whole 1 3)

; Regular expressions test the whole text.
(defpat word ([rgx "%d+" x]) (list 'digits x)) ; =>
(defpat word ([prgx "[a-z]+" x]) (list 'letters x)) ; =>
(defpat word (x) 'other)           ; =>
(list (word "123") (word "abc") (word "a1") (word 5)) ; => ((digits "123") (letters "abc") other other)

; Lists of a size, and with a beginning.
(defpat parts ([a b $ r]) (list a b r)) ; =>
(parts '(1 2 3 4))                 ; => (1 2 (3 4))
(parts '(1 2))                     ; => (1 2 ())
(parts (integers 1 2 3))           ; => (1 2 (3))
(parts (llist 1 2 3))              ; => (1 2 (3))
(parts '(1))                       ; error: Error: Could not find a match for function: 'parts'
(parts "ab")                       ; error: Error: Could not find a match for function: 'parts'
(defpat sum_of (()) 0)             ; =>
(defpat sum_of ([x $ r]) (+ x (sum_of r))) ; =>
(sum_of '(1 2 3 4))                ; => 10
(defpat only ([x]) (list 'one x))  ; =>
(defpat only (((x) y)) (list x y)) ; =>
(list (only '(3)) (only '((1) 2))) ; => ((one 3) (1 2))
(defpat deep ([[a b] 'k {"v":c}]) (list a b c)) ; =>
(deep (list '(1 2) 'k {"v":3}))    ; => (1 2 3)

; Any number of elements: the shortest that fits, up to what must follow.
(defpat upto ([x* 'k y]) (list x y)) ; =>
(list (upto '(1 2 k 3)) (upto '(k 3))) ; => (((1 2) 3) (() 3))
(upto '(1 2 3))                    ; error: Error: Could not find a match for function: 'upto'
(defpat around ([x+ 5 y% 6 z*]) (list x y z)) ; =>
(list (around '(1 2 5 6)) (around '(1 5 9 6 7 8))) ; => (((1 2) nil ()) ((1) 9 (7 8)))
(around '(5 6))                    ; error: Error: Could not find a match for function: 'around'
(defpat all_of ([x+]) x)           ; =>
(list (all_of '(1 2 3)) (catch (all_of ()))) ; => ((1 2 3) Error: Could not find a match for function: 'all_of')
(defpat halves ([a+ b+]) (list a b)) ; =>
(halves '(1 2 3))                  ; => ((1) (2 3))
(defpat back ([a* b a* 'end]) (list a b)) ; =>
(back '(1 2 3 1 2 end))            ; => ((1 2) 3)
(defpat small ([(< x 10)+ $ rest]) (list x rest)) ; =>
(small '(5 8 12 3))                ; => ((5 8) (12 3))
(small '(50))                      ; error: Error: Could not find a match for function: 'small'
(defpat perhaps ([(< x 10)% $ rest]) (list x rest)) ; =>
(list (perhaps '(5 8)) (perhaps '(50))) ; => ((5 (8)) (nil (50)))
(defpat any_small ([(< x 10)* $ rest]) (list x rest)) ; =>
(list (any_small '(5 80)) (any_small '(50))) ; => (((5) (80)) (() (50)))

; Dictionaries.
(defpat entry ({"k":v}) (list 'only v)) ; =>
(defpat entry ({"k":v $:r}) (list v r)) ; =>
(defpat entry ({x:3 $:r}) (list x r)) ; =>
(defpat entry (_) 'none)           ; =>
(entry {"k":1})                    ; => (only 1)
(entry {"k":1 "l":2})              ; => (1 {"l":2})
(entry {"a":1 "b":3})              ; => ("b" {"a":1})
(entry {"a":1})                    ; => none
(entry {})                         ; => none
(defpat swapped ({a:b b:a}) (list a b)) ; =>
(defpat swapped (_) 'no)           ; =>
(list (swapped {"x":"y" "y":"x"}) (swapped {"x":"y" "y":"z"})) ; => (("x" "y") no)
(defpat numbered ({1:x}) x)        ; =>
(numbered {1:"one"})               ; => one

; Any number of definitions with different counts of parameters.
(defpat counted () 'none)          ; =>
(defpat counted (a) 'one)          ; =>
(defpat counted (a b) 'two)        ; =>
(list (counted) (counted 1) (counted 1 2)) ; => (none one two)
(counted 1 2 3)                    ; error: Error: Could not find a match for function: 'counted'

; Each definition has a frame of its own.
(setq g 100)                       ; => true
(defpat scoped (1 g) (+= g 1) g)   ; =>
(defpat scoped (2 _) (+= g 1) g)   ; =>
(defpat scoped (3 x) (setq h x) (+ h g)) ; =>
(defpat scoped (4 _) h)            ; =>
(list (scoped 1 5) (scoped 2 5) (scoped 3 5) g) ; => (6 101 106 101)
(scoped 4 1)                       ; error: Error: Unbound atom: 'h'
(defpat maker (n) (λ (x) (+= n x))) ; =>
(setq plus (maker 10))             ; => true
(list (plus 1) (plus 2))           ; => (11 13)
(defpat reader (x) (eval "(+ x 1)")) ; =>
(reader 4)                         ; => 5

; Calls of itself in tail position take no depth; others go deep.
(defpat down (0) 'done)            ; =>
(defpat down (n) (down (- n 1)))   ; =>
(down 100000)                      ; => done
(defpat depth (()) 0)              ; =>
(defpat depth ([_ $ r]) (+ 1 (depth r))) ; =>
(depth (range 0 5000 1))           ; => 5000
(defpat own (0) 'ready)            ; =>
(defpat own (n) (self (- n 1)))    ; =>
(own 100000)                       ; => ready

; As values.
(type fact)                        ; => pattern_
fact                               ; => ((defpat fact (0) 1) (defpat fact (n) (* n (fact (- n 1)))))
(maplist 'fact '(1 2 3))           ; => (1 2 6)
(setq held fact)                   ; => true
(held 4)                           ; => 24
(defun fact (n) 'plain)            ; =>
(fact 4)                           ; => plain
(defpat fact (n) 'again)           ; =>
(fact 0)                           ; => again
(defpat size (x) x)                ; error: Error: 'size' is a reserved keyword.
(defpat broken ([a $ b c]) a)      ; error: Error: one variable, and nothing else, follows '$' in a pattern
(defpat broken ([< 3 4]) 1)        ; error: Error: the condition '<' tests no variable

; A condition that fails is none that holds.
(defpat tested ([< x 0]) 'negative)  ; =>
(defpat tested ([unknown_test x]) 'odd) ; =>
(defpat tested (x) 'other)           ; =>
(list (tested -1) (tested 1) (tested "text") (tested nil)) ; => (negative other other other)

; What is left of a list of one element is nil, which an empty pattern takes too.
(defpat digits ([]) "")            ; =>
(defpat digits ([d $ _] ) (+ (string d) "…")) ; =>
(list (digits (cdr '(1))) (digits ()) (digits (integers)) (digits '(1 2))) ; => ("" "" "" "1…")
(digits 0)                         ; error: Error: Could not find a match for function: 'digits'
