; Threads.

(dethread work (n) (threadstore 'r (* n n)) (if (> n 0) (work (- n 1)))) ; =>
(list (work 3) (work 2))           ; => (true true)
(wait)                             ; => true
(sort '< (threadretrieve 'r))      ; => (0 0 1 1 4 4 9)
(type work)                        ; => thread_
(work 1 2)                         ; error: Error: Wrong number of arguments in call to: '(work (n)...)'
(wait)                             ; => true

; Arguments are copies.
(dethread changes (l d) (push l 4) (set@ d "a" 2) (threadstore "changed" (list l d))) ; =>
(setq l '(1)) (setq d {"a":1})     ; => true
(changes l d)                      ; => true
(wait)                             ; => true
(list l d (threadretrieve "changed")) ; => ((1) {"a":1} (((1 4) {"a":2})))

; Global variables are seen and can't be changed.
(setq g 5)                         ; => true
(dethread sees () (threadstore "seen" g)) ; =>
(block (sees) (wait) (threadretrieve "seen")) ; => (5)
(defun add_one () (+= g 1))        ; =>
(dethread adds () (add_one))       ; =>
(block (adds) (wait))              ; error: Error: a thread cannot change the global variable 'g'
(dethread sets_it () (setg g 6))   ; =>
(block (sets_it) (wait))           ; error: Error: a thread cannot change the global variable 'g'
(dethread has_locals () (setq g 7) (threadstore "local" g)) ; =>
(block (has_locals) (wait))        ; => true
(list g (threadretrieve "local"))  ; => (5 (7))

; The first error of a thread is raised by wait, or at the end of the evaluation.
(dethread fails (n) (sleep n) (/ n 0)) ; =>
(block (fails 1) (wait))           ; error: Error: division by zero
(block (fails 1) (catch (wait)))   ; => Error: division by zero
(fails 1)                          ; error: Error: division by zero
(wait)                             ; => true
(dethread starts_another () (fails 1)) ; =>
(block (starts_another) (wait))    ; error: Error: division by zero

; Shared variables.
(threadspace (seth total 0))       ; => true
(dethread add_up (n) (loopcount n (threadspace (+= total 1)))) ; =>
(loopcount 4 (add_up 500))         ; => true
(wait)                             ; => true
(threadspace total)                ; => 2000
total                              ; error: Error: Unbound atom: 'total'
(threadspace (seth (a b) '(1 2)) (setq a 10) (list a b)) ; => (10 2)
(space thread (setqv b 7))         ; => 7
(threadspace (setq no_shared 3) b) ; => 7
no_shared                          ; => 3
(threadspace (seth parts ())) (dethread part (n) (threadspace (push parts n))) ; =>
(loop n '(1 2 3) (part n))         ; => true
(wait)                             ; => true
(threadspace (sort '< parts))      ; => (1 2 3)
(seth a 1)                         ; error: Error: 'seth' is for the body of a 'threadspace'

; What threads store.
(threadclear)                      ; => true
(threadretrieve)                   ; => {}
(threadstore "k" 1) (threadstore "k" '(2)) ; => true
(threadretrieve "k")               ; => (1 (2))
(push (threadretrieve "k") 3)      ; => (1 (2) 3)
(threadretrieve)                   ; => {"k":(1 (2))}
(threadclear "k")                  ; => true
(list (threadretrieve "k") (threadretrieve "none")) ; => (() nil)

; Triggers.
(dethread waits (k) (waiton k) (threadstore "released" k)) ; =>
(block (waits "go") (waits "go") (sleep 60) (trigger "go") (wait)) ; => true
(threadretrieve "released")        ; => ("go" "go")
(trigger "early")                  ; => true
(waiton "early")                   ; => true
(block (waits "never") (wait))     ; error: Error: 'wait' would never end: nobody is left to trigger 'never'
(waiton "never")                   ; error: Error: 'waiton' would never end: nobody is left to trigger 'never'
(waits "later")                    ; => true
(trigger "later")                  ; => true
(wait)                             ; => true
(threadretrieve "released")        ; => ("go" "go" "later")

; Locks, and containers that several threads change.
(setq common '())                  ; => true
(dethread grows (n) (loopcount n i (lock "common" (push common i)))) ; =>
(loopcount 4 (grows 300))          ; => true
(wait)                             ; => true
(list (size common) (sum common))  ; => (1200 179400)
(lock "a" (lock "a" 1))            ; => 1
