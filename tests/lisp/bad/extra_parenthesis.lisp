(println 1)
(println 2))
; error: Error: parentheses do not balance
; place: 2:12
