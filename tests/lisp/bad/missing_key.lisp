(@ {"a":1} "b")
; error: Error: index out of bounds
; place: 1:1
