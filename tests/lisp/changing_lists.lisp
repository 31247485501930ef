; Changing and combining lists.

(push (heap nil 3 1) 2)            ; => (1 2 3)
(pushfirst (llist 1) 2 3)          ; => (3 2 1)
(pushlast (llist 1) 2 3)           ; => (1 2 3)
(push (sets "b") "a")              ; => {"a" "b"}
(pop (llist 1 2))                  ; => (2)
(pop (heap nil 3 1))               ; => (1)
(popfirst (heap nil 3 1))          ; => (3)
(poplast (heap nil 3 1))           ; => (1)
(pop (seti 1 2) 1)                 ; => {2}
(setq s "abc") (list (pop s) s)    ; => ("ab" "ab")
(setq s "abc") (list (popfirst s) s) ; => ("bc" "bc")
(insert (set 1) 2)                 ; => {1 2}
(insert (heap nil 3 1) 2)          ; => (1 2 3)
(setq l (list 1)) (extend l (integers 2 3)) l ; => (1 2 3)
(nconc (integers 1) '(2))          ; => (1 2)
(swap '(1 2) 5)                    ; error: Error: cannot swap values in this list
(reverse {"a":1})                  ; => {"1":("a")}
(reverse {1:"a" 3:"b" 2:"a"})      ; => {"a":(1 2) "b":(3)}
(reverse {1.5:"a"})                ; => {"a":(1.5)}
(sort '<= '(1 2))                  ; error: Error: The comparison must be strict for a 'sort': it must not hold between equal elements
(sort '< '((2 1) (1 5)))           ; => ((1 5) (2 1))
(sort (λ (x y) (> x y)) '(1 3 2))  ; => (3 2 1)
(unique '(1 2 1))                  ; => (1 2)
(unique "aab")                     ; => aab
(flatten (rho 2 2 '(1 2 3 4)))     ; => (1 2 3 4)
(rotate (rho 2 2 '(1 2 3 4)))      ; => ((2 1) (4 3))
(rotate (rho 2 2 '(1 2 3 4)) 1 true) ; => ((3 4) (1 2))
(⌽ "abc")                          ; => bca
(cutlist "abcde" 2)                ; => ("ab" "cd" "e")
(takenb 2 '(1 2 3) true)           ; => (2 3)
(type (zipwith '+ (integers 1 2) (integers 3 4))) ; => integers_
(zipwith '+ '(1 2) (irange 1 1))   ; => (2 4)
(zipwith '+ '(1 2) '(1))           ; error: Error: Lists should all have the same size in 'zipwith'
(&&& (set 1 2) (set 2 3))          ; => {2}
(||| "ab" "bc")                    ; => abc
(^^^ '(1 2) '(2 3))                ; => (1 3)
(&&& "abc" "bcd" "cd")             ; => c
(shift '- '(1 4 9) -1)             ; => (3 5)
(shift '- '(1 4 9) 2)              ; => (-8)
(setq l '(1 2 3)) (over 'reverse l) l ; => (3 2 1)
(mask@ '(1 0 1) '(a b c))          ; => (a nil b)
(max 1 3 2)                        ; => 3
(min (integers 3 1))               ; => 1
(max ())                           ; => nil
(minmax 3 1 2)                     ; => (1 3)
(minmax '(3 1 2))                  ; => (1 3)
(max "a" "b")                      ; => b
(sum '(1000000 234567))            ; => 1.23457e+06
(∑ (integers 1 2))                 ; => 3
(sum (strings "a" "b"))            ; => ab
(sum (integers))                   ; => 0
(sum ())                           ; => 0
(product ())                       ; => 1
(∏ (integers))                     ; => 0
(sum 3)                            ; error: Error: 'sum' needs a list
(sum '("a" "b"))                   ; error: Error: cannot evaluate '+' with these operands
(sum "abc")                        ; error: Error: 'sum' needs a list
(sum (rho 2 2 '(1 2 3 4)))         ; => 10
(product (rho 2 2 2 '(1 2)))       ; => 16
