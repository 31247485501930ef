; Python's modules from Lisp: functions, keywords, objects, iterators and errors.
; Python can do all that a command of the system can: start this with
;    lispe-workbench --allow-shell --run samples/python.lisp

(use 'python)

; --- Functions of modules; values are converted both ways --------------------------------
(setq math (python_import "math"))
(println "gcd:" (python_call math "gcd" 12 18))
(println "pi:" (python_get math "pi"))

; --- Keywords are a dictionary behind the list of arguments ------------------------------
(setq dumps (python_get (python_import "json") "dumps"))
(println "json:" (python_apply dumps '((1 2.5 "text")) {"separators":'("," ":")}))

; --- Functions of the program are called by Python ---------------------------------------
(setq sorted (python_get (python_import "builtins") "sorted"))
(setq by_size (dictionary "key" (\(word) (size word))))
(println "sorted:" (python_apply sorted '(("three" "one" "fifteen")) by_size))

; --- What has no counterpart in Lisp stays an object -------------------------------------
(setq counter (python_call (python_import "collections") "Counter" "abracadabra"))
(println "letters:" (size counter) "a:" (@ counter "a"))
(println "most common:" (python_call counter "most_common" 2))
(println "a date:" (python_call (python_import "datetime") "date" 2024 2 29))

; --- Iterators are visited, and only as far as it takes ----------------------------------
(loop number (python_call (python_import "itertools") "count" 10 5)
   (check (> number 25) (break))
   (print number " "))
(println)

; --- Exceptions are errors of the program ------------------------------------------------
(println (maybe (python_call math "sqrt" -1) (\(told) told)))
