; Dictionaries, sets and heaps.

(dictionary "a" 1 "b" 2)           ; => {"a":1 "b":2}
(dictionary 'a 1 2 3)              ; => {"a":1 "2":3}
(dictionary '("a" "b") '(1 2))     ; => {"a":1 "b":2}
(dictionary "a")                   ; error: Error: a dictionary needs keys and values in pairs
(dict "k" 1)                       ; => {"k":1}
(dictionaryi 2 "b" "1" "a")        ; => {2:"b" 1:"a"}
(dictionarytree "b" 1 "a" 2)       ; => {"a":2 "b":1}
(keys@ (dictionarytreei 2 'b 1 'a))    ; => (1 2)
(setq d {"a":1})
(setq e (dictionary d)) (set@ e "a" 2)
d                                  ; => {"a":1}
(key@ d "a")                       ; => 1
(key@ d "z")                       ; => nil
(key@ d "b" 2)                     ; => {"a":1 "b":2}
(key@ "a" 1 "b" 2)                 ; => {"a":1 "b":2}
(keys@ d)                          ; => ("a" "b")
(type (keys@ d))                   ; => strings_
(values@ d)                        ; => (1 2)
(keys d)                           ; => ("a" "b")
(keys@ '(a b))                     ; => (0 1)
(values@ '(a b))                   ; => (a b)
(setq a 5)
{a:1 6:a}                          ; => {5:1 6:5}
(set 3 "a" 3 '(1) '(1))            ; => {3 "a" (1)}
(seti 3 1 '(2 1))                  ; => {1 2 3}
(sets "b" "a")                     ; => {"a" "b"}
(push (seti 3 1) 2)                ; => {1 2 3}
(heap nil 3 1 2)                   ; => (1 2 3)
(heap '> 3 1 2)                    ; => (3 2 1)
(insert (heap nil 3 1) 2)          ; => (1 2 3)
(popfirst (heap nil 3 1))          ; => (3)
(heap (λ (a b) (>=< (% a 10) (% b 10))) 13 21)    ; => (21 13)
