(sqrt 1 2)
; error: Error: Wrong number of arguments for: 'sqrt', line: 1
