; Truth, equality and order.

(if 0 'yes 'no)                    ; => no
(if 0.0 'yes 'no)                  ; => no
(if "" 'yes 'no)                   ; => no
(if () 'yes 'no)                   ; => no
(if {} 'yes 'no)                   ; => no
(if (set) 'yes 'no)                ; => no
(if (integers) 'yes 'no)           ; => no
(if '(nil) 'yes 'no)               ; => yes
(if "0" 'yes 'no)                  ; => yes
(if (catch (/ 1 0)) 'yes 'no)      ; => yes
(if (date) 'yes 'no)               ; => yes
(if (irange 1 1) 'yes 'no)         ; => yes

(eq '(1 2) '(1 2))                 ; => nil
(= '(1 2) '(1 2))                  ; => true
(eq () ())                         ; => true
(eq "mps" "mps")                   ; => true
(eq 1 1.0)                         ; => true
(eq nil ())                        ; => true
(= nil ())                         ; => nil
(= nil 3)                          ; => nil
(= nil 0)                          ; => nil
(eq 'a 'a)                         ; => true
(eq 'a "a")                        ; => nil
(= "10" 10)                        ; => nil
(= 0 "abc")                        ; => nil
(= "a" 'a)                         ; => nil
(= 1 1 1)                          ; => true
(= 1 1 2)                          ; => nil
(!= 1 2 1)                         ; => true
(neq 1 1)                          ; => nil
(setq l '(1 2)) (setq same l)
(eq l same)                        ; => true
(eq l (clone l))                   ; => nil

; A list equals a typed list of the same values.
(= '(1 2) (integers 1 2))          ; => true
(= (integers 1 2) '(1 2))          ; => true
(= (integers 1 2) (numbers 1 2))   ; => true
(= '(1 2) (llist 1 2))             ; => true
(= (llist 1 2) '(1 2))             ; => true
(= '(1 (2 "a")) '(1 (2 "a")))      ; => true
(= {"a":1 "b":2} {"b":2 "a":1})    ; => true
(= (set 1 2) (set 2 1))            ; => true
(= (set 1 2) (set 1 3))            ; => nil

(== '(1 2 3) 2)                    ; => (0 1 0)
(== '(1 2) '(1 3))                 ; => (1 0)
(== 3 4)                           ; => 0
(== 3 3.0)                         ; => 1
(== '(1 2) '(1 2 3))               ; => 0
(== '((1 2) (3 4)) '((1 0) (3 4))) ; => ((1 0) (1 1))

(>=< 11 10)                        ; => 1
(>=< 10 10)                        ; => 0
(>=< "a" "b")                      ; => -1
(>=< '(1 2) '(1 3))                ; => -1

(< 1 2 3)                          ; => true
(< 1 3 2)                          ; => nil
(< "a" "b")                        ; => true
(< '(1 2) '(1 3))                  ; => true
(< (integers 1 2) '(1 3))          ; => true
(< '(1 2) (integers 1 1))          ; => nil
(< 'a 'b)                          ; => true
(<= 1 1 2)                         ; => true
(>= 2 3)                           ; => nil
(< '(1 2 3) 2)                     ; error: Error: cannot evaluate '<' with these operands
(< 5 "10")                         ; error: Error: cannot evaluate '<' with these operands
(> nil 1)                          ; error: Error: cannot evaluate '>' with these operands
