; System, dates and introspection.

(command "echo a")          ; error: Error: commands of the system are not allowed here
(getenv "NO_SUCH")                 ; =>
(setenv "LB_X" "1") (getenv "LB_X") ; => 1
(ls "/nonono")                     ; error: Unknown file: /nonono
(setq d (setdate 2024 1 2 3 4 5)) d ; => 2024/01/02 03:04:05
(list (year d) (month d) (day d) (hour d) (minute d) (second d) (weekday d) (yearday d)) ; => (2024 1 2 3 4 5 2 1)
(year d 2025) d                    ; => 2025/01/02 03:04:05
(> (integer d) 0)                  ; => true
(> (- (chrono) (chrono)) 1)        ; => nil
(size (uuid))                      ; => 36
(input@ "x")                       ; => Ada
(pipe)                             ; => Ada
(getchar)                          ; => A
(prettify '(1 2))                  ; => (1 2)
(in (atoms) 'car)                  ; => true
(filterlist (λ (a) (in (string a) "\"")) (atoms)) ; => ()
(bodies (λ (x) x))                 ; => (λ (x) x)
(type (addr_ '(1)))                ; => string_
(setq l '(1)) (list (mark l) (mark l true) (mark l) (resetmark l) (mark l)) ; => (nil true true true nil)
(month d 13)                       ; error: Error: there is no date with month 13
(setdate 2024 13)                  ; error: Error: there is no date with year 2024, month 13

(type (now))                       ; => date_
(input "Name? ")                   ; => da
(printerr "a" 1)                   ; =>
(printerrln "a" 1)                 ; =>
(help 'car)                        ; =>
(help "no_such_name")              ; error: Error: nothing is known of 'no_such_name'
(apropos "cubic root of nothing")  ; => ()
(in (apropos "cube root") 'cbrt)   ; => true
(mark 3)                           ; error: Error: only a container can be marked, not '3'
(setq l '((1) (2))) (mark (car l) true)    ; => true
(resetmark l)                      ; => true
(mark (car l))                     ; => nil
(setq c (llist 1 2)) (extend c c) (resetmark c)    ; => true
(getchar)                          ; => A
(input@ "")                        ; => da
