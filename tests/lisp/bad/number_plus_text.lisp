(+ 1 "a")
; error: Error: cannot use this element in an arithmetic expression: 'a', line: 1
