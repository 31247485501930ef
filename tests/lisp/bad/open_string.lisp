(setq a 1)
(println "hello)
; error: Error: missing end of string
; place: 2:10
