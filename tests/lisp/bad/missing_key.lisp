(@ {"a":1} "b")
; error: Error: index out of bounds, line: 1
