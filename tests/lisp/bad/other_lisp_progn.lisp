(progn
  1)
; error: Error: Unbound atom: 'progn'
; place: 1:1
