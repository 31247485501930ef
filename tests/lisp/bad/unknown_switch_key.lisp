(switch 3 (1 "one"))
; error: Error: Unknown 'switch' key: '3'
; place: 1:1
