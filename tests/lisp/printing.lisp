; How values are shown.

nil                                ; => nil
true                               ; => true
false                              ; => nil
_                                  ; => nil
'abc                               ; => abc
12                                 ; => 12
0xFF                               ; => 255
0b101                              ; => 5
123456789012345678901234567890     ; => 123456789012345678901234567890

; Numbers have six significant digits.
(/ 10 6)                           ; => 1.66667
(/ 10 5)                           ; => 2
(* 3.14159265 100)                 ; => 314.159
1000000.0                          ; => 1e+06
999999.0                           ; => 999999
3.14159265358979                   ; => 3.14159
(+ 0.1 0.2)                        ; => 0.3
(/ 1 8000000)                      ; => 1.25e-07
0.0001                             ; => 0.0001
(/ 1234567 1)                      ; => 1.23457e+06
(float 16777217)                   ; => 1.67772e+07
2e-4                               ; => 0.0002
.5                                 ; => 0.5
10,-3i                             ; => 10,-3i

; Text is quoted inside containers only.
"a\"b"                             ; => a"b
(list "a\"b" 'c)                   ; => ("a\"b" c)
(list "a\\b")                      ; => ("a\\b")
'(a 'b)                            ; => (a 'b)
'(1 "a" b 2.50)                    ; => (1 "a" b 2.5)
(list)                             ; => ()
()                                 ; => ()
(integers)                         ; => ()
(strings "a" "b")                  ; => ("a" "b")
(stringbytes "a")                  ; => ("a")
(list nil true (list))             ; => (nil true ())

; Dictionaries and sets.
{"a":1 "b":'(x y)}                 ; => {"a":1 "b":(x y)}
{}                                 ; => {}
{1:"a" 2:"b"}                      ; => {1:"a" 2:"b"}
{1.5:2}                            ; => {1.5:2}
(set "a" 1)                        ; => {"a" 1}

; A list that holds itself.
(setq l (list 1 2))
(push l l)                         ; => (1 2 ...)
(setq d {"k":1})
(set@ d "d" d)                     ; => {"k":1 "d":...}

; Functions show their source.
(defun square (x) (* x x))
square                             ; => (defun square (x) (* x x))
(lambda (x) (+ x 1))               ; => (λ (x) (+ x 1))
(irange 1 2)                       ; => (irange 1 2)
(heap nil 3 1 2)                   ; => (1 2 3)
(catch (/ 1 0))                    ; => Error: division by zero
(type (println))                   ; => atom_

; Kinds.
(type nil)                         ; => atom_
(type 'a)                          ; => atom_
(type 1)                           ; => integer_
(type 1.0)                         ; => number_
(type (float 1))                   ; => float_
(type (short 1))                   ; => short_
(type 1,2i)                        ; => complex_
(type "a")                         ; => string_
(type b"a")                        ; => stringbyte_
(type '(1))                        ; => list_
(type (llist 1))                   ; => llist_
(type (integers 1))                ; => integers_
(type (numbers 1))                 ; => numbers_
(type (floats 1))                  ; => floats_
(type (shorts 1))                  ; => shorts_
(type (strings "a"))               ; => strings_
(type {})                          ; => dictionary_
(type {1:2})                       ; => dictionary_i_
(type {1.5:2})                     ; => dictionary_n_
(type (dictionarytree))            ; => dictionarytree_
(type (set))                       ; => set_
(type (seti))                      ; => set_i_
(type (heap))                      ; => heap_
(type (rho 2 2 (integers 1)))      ; => matrix_integer_
(type (rho 2 2 2 (numbers 1)))     ; => tensor_number_
(type square)                      ; => function_
(type (λ (x) x))                   ; => lambda_
(type (catch (/ 1 0)))             ; => maybe_
(type (date))                      ; => date_
(type (chrono))                    ; => chrono_
(list size @ reverse +)            ; => (size @ reverse +)
