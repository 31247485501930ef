(let ((a)) a)
; error: Error: unbalanced list of variables in 'let', line: 1
