(label a 1)
(label a 2)
; error: Error: 'a' has been recorded already
; place: 2:1
