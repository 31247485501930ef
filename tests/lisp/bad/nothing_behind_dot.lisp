(println 1 .)
; error: Error: nothing to call after '.', line: 1
