; Reading and changing elements.

(@ "abc" -1)                       ; => c
(@ '(1 2 3) 1.9)                   ; => 2
(@ {"1":2} 1)                      ; => 2
(@ {"a":{"b":3}} "a" "b")          ; => 3
(@ 3 1)                            ; error: Error: value cannot be access through index
(@ '(1) 4)                         ; error: Error: index out of bounds
(@ {} "a")                         ; error: Error: index out of bounds
(set@ '(1 2) 2 3)                  ; => (1 2 3)
(set@ '(1 2) 3 3)                  ; error: Error: index out of bounds
(set@ '(1 2) -3 3)                 ; error: Error: index out of bounds
(setq d {"a":{}}) (set@ d "a" "b" 3) ; => {"b":3}
d                                  ; => {"a":{"b":3}}
(set@ d "x" "b" 3)                 ; error: Error: index out of bounds
(set@ (integers 1 2) 0 "7")        ; => (7 2)
(extract '(1 2 3 4 5) 1 3)         ; => (2 3)
(@@ "abcdef" 1 -1)                 ; => bcde
(@@ "abcdef" 1 -)                  ; => bcdef
(@@ "abcdef" 1 0)                  ; => bcdef
(@@ "abcdef" 1)                    ; => b
(@@ "abcdef" 1 99)                 ; => bcdef
(@@ "abcdef" 4 2)                  ; =>
(@@ "/a/b/name.txt" -"/" -)        ; => name.txt
(@@ "a=b;" "=" ";")                ; => b
(@@ "a=b;" +"=" ";")               ; => =b
(@@ "a=b;" +"=" +";")              ; => =b;
(@@ "a=b;c=d" -+"=" -)             ; => =d
(@@ "a=bcd" "=" 2)                 ; => bc
(@@ "abc" "z" -)                   ; =>
(@@ (strings "a" "b" "c") "a" "c") ; => ("b")
(@@ '("a" "b" "c") +"b" -)         ; => ("b" "c")
(set@@ '(1 2 3 4) 1 3 '(8 9))      ; => (1 (8 9) 4)
(setq s "abcd") (set@@ s 1 3 "-") s ; => a-d
(set@@ '(1 2) 0 5)                 ; => (5 2)
(@@@ '(1 2 3 4 5 6) '(2 3) 1 0)    ; => 4
(@@@ '(1 2 3 4 5 6) '(2 3) -1 0)   ; => (1 4)
(set@@@ '(1 2 3 4) '(2 2) 1 0 9)   ; => (1 2 9 4)
(size nil)                         ; => 0
(size 3)                           ; => 0
(size (rho 2 3 '(1)))              ; => 2
(size {"a":1})                     ; => 1
(tally (rho 2 3 '(1)))             ; => 6
(≢ '(1 (2 3)))                     ; => 2
(in '(1 (2)) '(2))                 ; => true
(in "abc" "bc")                    ; => true
(in {"a":1} "a")                   ; => true
(in {"a":1} 1)                     ; => nil
(in (set 1 2) 2)                   ; => true
(in (sets "a") "a")                ; => true
(in (seti 1 2) 2)                  ; => true
(in (setn 1.5) 1.5)                ; => true
(find "abcdef" "cd")               ; => 2
(find '(1 2) 5)                    ; => nil
(find {"a":5} 5)                   ; => a
(find (set 1 2) 2)                 ; => 2
(rfind '(a b a) 'a)                ; => 2
(findall '(a b a) 'a)              ; => (0 2)
(findall '(a b a) 'z)              ; => ()
(count '(1 2 1) 1)                 ; => 2
(setq l '(1 2 1)) (replaceall l 1 9) ; => 2
l                                  ; => (9 2 9)
(last "abc")                       ; => c
(last ())                          ; => nil
(last "")                          ; => nil
(car ())                           ; => nil
(cdr ())                           ; => nil
(cdr '(1))                         ; => nil
(car "abc")                        ; => a
(cdr "abc")                        ; => bc
(car "")                           ; error: Error: Empty string
(car nil)                          ; error: Error: You cannot apply 'car' to: 'nil'
(cadr '(1))                        ; error: Error: No more elements to traverse with 'cadr'
(cddr '(1 2))                      ; => nil
(caddddr '(1 2 3 4 5))             ; => 5
(cadadadr '(1 (2 (3 4))))          ; => 4
(cadddddddr '(1 2))                ; error: Error: No more elements to traverse with 'cadddddddr'
(map 'caddddr '((1 2 3 4 5)))      ; => (5)

(getfast '(a b c) -1)              ; => c
(getfast {"a":1} "a")              ; => 1
(setrange '(1 2 3 4) 1 3 'x)       ; => (1 x 4)
(atshape (iota 6) '(2 3) 1 2)      ; => 6
(atshape (iota 6) '(2 3) 1 -1)     ; => (4 5 6)
(atshape (iota 6) '(2 3) 2 0)      ; error: Error: index out of bounds
(setq l (iota 4)) (setshape l '(2 2) -2 1 0) l     ; => (1 0 3 0)

; Lists of which a function reads nothing but elements.
(defun squares_at (i) (setq l (maplist (\(x) (* x x)) '(1 2 3))) (@ l i)) ; =>
(list (squares_at 2) (squares_at -1) (squares_at 1.7)) ; => (9 9 4)
(squares_at 3)                                    ; error: Error: index out of bounds
(squares_at "a")                                  ; error: Error: index out of bounds
(defun names_at (i) (setq l (maplist (\(x) (+ "k" (string x))) '(1 2 3))) (nth l i)) ; =>
(list (names_at 0) (names_at -1))                 ; => ("k1" "k3")
(defun mixed_at (i) (setq l (maplist (\(x) (if (= x 1) x 2.5)) '(1 2))) (@ l i)) ; =>
(mixed_at 0)                                      ; => 1
(defun rows_at (i j) (setq l (maplist (\(x) (maplist (\(y) (* x y)) '(1 2))) '(3 4))) (list (@ l i j) (at l j))) ; =>
(rows_at 1 0)                                     ; => (4 (3 6))
(defun none_at (i) (setq l (maplist (\(x) x) ())) (@ l i)) ; =>
(none_at 0)                                       ; error: Error: index out of bounds
(defun list_kept () (setq l (maplist (\(x) (string x)) '(1 2))) (@ l 0) l) ; =>
(type (list_kept))                                ; => strings_
(defun list_told () (setq l (maplist (\(x) (string x)) '(1 2))) (@ l 0) (f_ "{type l}")) ; =>
(list_told)                                       ; => strings_
(defun list_changed () (setq l (maplist (\(x) (string x)) '(1 2))) (+= (@ l 0) 7) (@ l 0)) ; =>
(list_changed)                                    ; => 17
(defun list_in_lambda () (setq l (maplist (\(x) (string x)) '(1 2))) ((\() (list (@ l 0) (type l))))) ; =>
(list_in_lambda)                                  ; => ("1" strings_)
(defun list_in_data () (setq l (maplist (\(x) (string x)) '(1 2))) (@ l 0) (type (@ {"a":l} "a"))) ; =>
(list_in_data)                                    ; => strings_
(defun list_in_section () (setq l (maplist (\(x) (string x)) '(1 2))) (@ l 0) (maplist '(in l) '("1"))) ; =>
(list_in_section)                                 ; => (1)
(defun list_evaluated () (setq l (maplist (\(x) (string x)) '(1 2))) (@ l 0) (eval '(type l))) ; =>
(list_evaluated)                                  ; => strings_
(defun list_again (n) (setq l 7) (check (> n 0) (setq l (maplist (\(x) (string x)) '(1 2)))) (@ l 0)) ; =>
(list_again 1)                                    ; => 1
(list_again 0)                                    ; error: Error: value cannot be access through index
