(setf x 1)
; error: Error: Unbound atom: 'setf'
; place: 1:1
