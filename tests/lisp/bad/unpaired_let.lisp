(let ((a)) a)
; error: Error: unbalanced list of variables in 'let'
; place: 1:1
