; Dictionaries, sets and heaps.

(dictionary "a")                   ; error: Error: a dictionary needs keys and values in pairs
(dictionary {"a":1})               ; => {"a":1}
(dictionary 1 2)                   ; => {"1":2}
(dictionaryi '(1 2) '(a b))        ; => {1:a 2:b}
(dictionarytree "b" 1 "a" 2)       ; => {"a":2 "b":1}
(setq d (dictionarytree)) (set@ d "z" 1) (set@ d "a" 2) d ; => {"a":2 "z":1}
(pop d "z")                        ; => {"a":2}
(dictionarytreei 3 'c 1 'a)        ; => {1:a 3:c}
(dictionarytreen 3.5 'c 1 'a)      ; => {1:a 3.5:c}
(key@)                             ; => {}
(key@ {"a":1} "b")                 ; => nil
(setq d {}) (key@ d "a" 1 "b" 2) d ; => {"a":1 "b":2}
(keyi@ 1 2)                        ; => {1:2}
(keyn@ 1.5 2)                      ; => {1.5:2}
(keys@ {1:2})                      ; => (1)
(type (keys@ {1:2}))               ; => integers_
(type (values@ {1:2}))             ; => list_
(containerkeys {"a":1})            ; => ("a")
(containervalues {"a":1})          ; => (1)
(keys@ '(a b))                     ; => (0 1)
(values@ '(a b))                   ; => (a b)
(seti 3 '(1 2))                    ; => {1 2 3}
(sets "b" "a")                     ; => {"a" "b"}
(setn 2.5 1)                       ; => {1 2.5}
(push (seti 3) 1)                  ; => {1 3}
(insert (sets "b") "a")            ; => {"a" "b"}
(pop (setn 1.5 2) 1.5)             ; => {2}
(heap '>=< 3 1)                    ; => (1 3)
(heap (λ (a b) (>=< b a)) 1 3 2)   ; => (3 2 1)
(heap '> 1 3)                      ; => (3 1)
(car (heap nil 3 1))               ; => 1
(to_list (heap nil 3 1))           ; => (1 3)

(keyi 1 2)                         ; => {1:2}
(keyn 1.5 2)                       ; => {1.5:2}
(setq d (keyi@ 1 2)) (keyi@ d 3 4) ; => {1:2 3:4}
(keyn@ (dictionaryn 1.5 2) 1.5)    ; => 2
