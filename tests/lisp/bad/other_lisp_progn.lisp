(progn
  1)
; error: Error: Unbound atom: 'progn', line: 1
