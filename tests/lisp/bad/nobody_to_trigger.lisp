(waiton "go")
; error: Error: 'waiton' would never end: nobody is left to trigger 'go'
; place: 1:1
