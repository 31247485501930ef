(dictionary "a" 1 "b")
; error: Error: a dictionary needs keys and values in pairs
; place: 1:1
