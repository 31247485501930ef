(setf x 1)
; error: Error: Unbound atom: 'setf', line: 1
