; Raising and catching errors.

(catch (/ 1 0))                    ; => Error: division by zero
(type (catch (/ 1 0)))             ; => maybe_
(maybe (/ 1 0) 'none)              ; => none
(maybe (catch (/ 1 0)))            ; => true
(maybe (catch 3))                  ; => nil
(catch 3)                          ; => 3
(maybe (@ {} "a") "none")          ; => none
(maybe 1 2 'none)                  ; => 2
(maybe (/ 1 0) (\(m) (+ "failed: " m)))    ; => failed: Error: division by zero
(throw "my message")               ; error: my message
(throw 12)                         ; error: 12
(catch (throw "x"))                ; => x
(catch (setq before 1) (/ 1 0))    ; => Error: division by zero
before                             ; => 1
(defun f () (catch (return 5)) 6)
(f)                                ; => 5
(fread "/no/such/file")            ; error: Unknown file: /no/such/file
(fwrite "/no/such/dir/file" 1)     ; error: Error: Cannot write in file: /no/such/dir/file
(file "/no/such/file")             ; error: Error: cannot open file: /no/such/file
(use 'nothing)                     ; error: Error: Unknown module: 'nothing'
(cond 5)                           ; error: Error: in a 'cond' the first element must be a list
(loop "x" '(1) 1)                  ; error: Error: Missing label for 'loop'
(let ((x)) x)                      ; error: Error: unbalanced list of variables in 'let'
(trim 12)                          ; error: Error: trim: text should be text, not 12 (integer_)

(defun f (x x) x)                  ; error: Error: two parameters are named 'x'
(loop (x "a" "b") x)               ; error: Error: 'loop' needs numbers to count from and to
(loopcount nil i)                  ; error: Error: 'loopcount' needs a number of turns, not 'nil'
(mloop () 1 2)                     ; error: Error: Missing label for 'mloop'
(('car) '(1))                      ; error: Error: Wrong number of arguments for: 'car'
(determinant '((1 2) (3)))         ; error: Error: 'determinant' needs a square matrix
(chr 55296)                        ; error: Error: a code point is a number between 0 and 1114111
(size (string (^^ 10 10000)))      ; => 10001

; A long value is cut in a message, and each level of a recursion may catch its errors.
(size (catch (+ 1 (fill "x" 1000)))) ; => 0
(size (string (catch (+ 1 (fill "x" 1000))))) ; => 262
(defun runaway (x) (catch (+ 1 (runaway (+ x 1))))) ; =>
(type (runaway 1))                   ; => maybe_
