(zip '(1 2) '(1))
; error: Error: Lists should all have the same size in 'zip'
; place: 1:1
