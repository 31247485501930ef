; Reading and writing elements.

(@ '(a b c) 0)                     ; => a
(@ '(a b c) -1)                    ; => c
(at '(a b c) 1.9)                  ; => b
(nth "abc" 1)                      ; => b
(@ "abc" 1)                        ; => b
(@ '(1 2) 2)                       ; error: Error: index out of bounds
(@ '(1 2) -3)                      ; error: Error: index out of bounds
(@ {"a":1} "b")                    ; error: Error: index out of bounds
(@ 12 0)                           ; error: Error: value cannot be access through index
(@ {"1":2} 1)                      ; => 2
(@ {"a":{"b":3}} "a" "b")          ; => 3
(@ '((1 2) (3 4)) 1 0)             ; => 3
(type (@ (floats 1 2) 0))          ; => float_

(setq l '(1 2 3))
(set@ l 0 'a)                      ; => (a 2 3)
(set@ l 3 'd)                      ; => (a 2 3 d)
(set@ l 9 'd)                      ; error: Error: index out of bounds
(set@ l -9 'd)                     ; error: Error: index out of bounds
l                                  ; => (a 2 3 d)
(setq t (integers 1 2))
(set@ t 0 3.9)                     ; => (3 2)
(setq d {"a":{"b":1}})
(set@ d "a" "c" 2)                 ; => {"b":1 "c":2}
d                                  ; => {"a":{"b":1 "c":2}}
(setq s "abc")
(set@ s 1 "X")                     ; => aXc
s                                  ; => aXc

(extract '(1 2 3 4 5) 1 3)         ; => (2 3)
(@@ "abcdef" 1 -1)                 ; => bcde
(@@ "abcdef" 2 -)                  ; => cdef
(@@ "abcdef" 2 0)                  ; => cdef
(@@ "abcdef" 2)                    ; => c
(@@ "abcdef" 2 99)                 ; => cdef
(@@ "abcdef" 4 2)                  ; =>
(@@ '(1 2 3) 2 2)                  ; => ()
(@@ "/a/b/name.txt" -"/" -)        ; => name.txt
(@@ "/a/b/name.txt" -+"/" -)       ; => /name.txt
(@@ "key=value;rest" "=" ";")      ; => value
(@@ "key=value;rest" +"=" +";")    ; => =value;
(@@ "key=value;rest" "=" 3)        ; => val
(@@ "abc" "x" -)                   ; =>
(@@ (strings "a" "b" "c") "a" "c") ; => ("b")
(type (@@ (integers 1 2 3) 0 2))   ; => integers_
(setq l '(1 2 3 4))
(set@@ l 1 3 '(9 9))               ; => (1 (9 9) 4)

(size '(1 2 3))                    ; => 3
(size "été")                       ; => 3
(size {"a":1})                     ; => 1
(size nil)                         ; => 0
(size 12)                          ; => 0
(size (catch (/ 1 0)))             ; => 0
(tally '(1 (2 3)))                 ; => 2
(tally (rho 2 3 (integers 1)))     ; => 6

(in '(1 2) 2)                      ; => true
(in '((1) 2) '(1))                 ; => true
(in "abc" "bc")                    ; => true
(in {"a":1} "a")                   ; => true
(in {"a":1} 1)                     ; => nil
(in (set 1 2) 2)                   ; => true
(find "abcdef" "cd")               ; => 2
(find "abc" "x")                   ; => nil
(find '(a b a) 'a 1)               ; => 2
(find {"a":5} 5)                   ; => a
(rfind '(a b a) 'a)                ; => 2
(findall '(a b a) 'a)              ; => (0 2)
(findall "abc" "x")                ; => ()
(count '(1 2 1) 1)                 ; => 2
(last '(1 2 3))                    ; => 3
(last ())                          ; => nil
(last "abc")                       ; => c

(car '(a b))                       ; => a
(car ())                           ; => nil
(cdr '(a b c))                     ; => (b c)
(cdr '(a))                         ; => nil
(cdr ())                           ; => nil
(car "abc")                        ; => a
(cdr "abc")                        ; => bc
(car "")                           ; error: Error: Empty string
(car nil)                          ; error: Error: You cannot apply 'car' to: 'nil'
(car 5)                            ; error: Error: You cannot apply 'car' to: '5'
(cadr '(1 2))                      ; => 2
(cadr '(1))                        ; error: Error: No more elements to traverse with 'cadr'
(cddr '(1 2))                      ; => nil
(caar '((1) 2))                    ; => 1
(cadadr '(1 (2 3)))                ; => 3
(setq l '(1 2 3)) (setq r (cdr l)) (push r 4)
l                                  ; => (1 2 3)

; Text is a value: where it lies in a container or a variable, the new text is put there.
(setq s "abc") (+= (@ s 0) "x") s  ; => axbc
(setq d {"a":"xyz"}) (set@ d "a" 0 "W") ; => Wyz
d                                  ; => {"a":"Wyz"}
(+= (@ d "a" 1) "--") d            ; => {"a":"Wy--z"}
(setq m '((1 2) (3 4))) (set@ m 1 0 9) ; => (9 4)
(*= (@ m 0 1) 10) m                ; => ((1 20) (9 4))

; Elements are combined in place whatever the container is.
(setq l '(1 "a" 3)) (+= (@ l 0) 1) (+= (@ l 1) "b") l       ; => (2 "ab" 3)
(setq v (integers 1 2)) (+= (@ v 0) 5) v                    ; => (6 2)
(setq v (integers 1 2)) (*= (@ v 0) 9223372036854775807 9)  ; error: Error: number too large for 'integers_'
(setq v (shorts 32767)) (+= (@ v 0) (@ v 0)) v              ; => (-2)
(setq t (dictionarytree "b" 1)) (+= (@ t "a") 2) t          ; => {"a":2 "b":1}
(setq d (dictionaryi)) (+= (@ d 3) 2) (+= (@ d 3) 2) d      ; => {3:4}
(setq w (strings "a" "b")) (+= (@ w 1) 1) w                 ; => ("a" "b1")
(setq l '(1 2)) (+= (@ l 7) 1)                              ; error: Error: index out of bounds
(setq l (list '(1 2) 3)) (+= (@ l 0) 1) l                   ; => ((2 3) 3)
(setq l '(1 2)) (/= (@ l 0) 0)                              ; error: Error: division by zero
(+= (@ "abc" 0) "x")                                        ; => ax
(+= (@ 5 0) 1)                                              ; error: Error: value cannot be access through index
