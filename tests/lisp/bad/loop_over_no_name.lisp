(loop 3 '(1 2) 1)
; error: Error: Missing label for 'loop'
; place: 1:1
