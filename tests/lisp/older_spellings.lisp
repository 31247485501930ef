; Names of older programs: what the program calls so itself wins.

(data Shape [Circle number_] [Square number_])    ; =>
(Circle 2.0)                       ; => (Circle 2)
(Square "a")                       ; error: Error: Mismatch on argument: 1 (number_ required)
data                               ; error: Error: Unbound atom: 'data'
(setq data {"a":1})                ; => true
(data "a")                         ; => 1
(defun f (data) (data "b"))        ; =>
(f {"b":2})                        ; => 2
(setq key {"k":5})                 ; => true
(key "k")                          ; => 5
(values {"a":1})                   ; => (1)
(defun keys (x) 'mine)             ; =>
(keys {"a":1})                     ; => mine

(class@ Door () (defun open () (toclean 'close) 'opened) (defun close () (println "closed")))    ; =>
((Door) (open))                    ; => opened
