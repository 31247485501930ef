; Truth, equality and order.

(if 0.0 1 2)                       ; => 2
(if 0,0i 1 2)                      ; => 2
(if "" 1 2)                        ; => 2
(if (set) 1 2)                     ; => 2
(if {} 1 2)                        ; => 2
(if (llist) 1 2)                   ; => 2
(if (integers) 1 2)                ; => 2
(if (date) 1 2)                    ; => 1
(if (catch (throw "a")) 1 2)       ; => 1
(if (print "") 1 2)                ; => 1
(maplist 'zerop '(0 1))            ; => (1 0)
(map 'zerop '(0 1))                ; => (true nil)
(eq '(1 2) '(1 2))                 ; => nil
(= '(1 2) '(1 2))                  ; => true
(eq () ())                         ; => true
(eq "mps" "mps")                   ; => true
(eq 1 1.0)                         ; => true
(eq nil ())                        ; => true
(= nil 3)                          ; => nil
(= nil ())                         ; => nil
(== '(1 2 3) 2)                    ; => (0 1 0)
(>=< 11 10)                        ; => 1
(>=< '(1 2) '(1 3))                ; => -1
(= '(1 2) (integers 1 2))          ; => true
(= '(1 2) (llist 1 2))             ; => true
(= (llist 1 2) (integers 1 2))     ; => true
(= (set 1 2) (set 2 1))            ; => true
(= 1 1 1)                          ; => true
(neq 1 2 1)                        ; => true
(= "10" 10)                        ; => nil
(= "a" 'a)                         ; => nil
(= 0 "abc")                        ; => nil
(== '(1 2) '(1 2 3))               ; => 0
(< 1 2 3)                          ; => true
(< 1 3 2)                          ; => nil
(< '(1 2) '(1 3))                  ; => true
(< 'a 'b)                          ; => true
(< (setdate 2024) (setdate 2025))  ; => true
(< '(1 2 3) 2)                     ; error: Error: cannot evaluate '<' with these operands
(< 5 "10")                         ; error: Error: cannot evaluate '<' with these operands
