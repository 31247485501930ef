(+ 1 "a")
; error: Error: cannot use this element in an arithmetic expression: 'a'
; place: 1:1
