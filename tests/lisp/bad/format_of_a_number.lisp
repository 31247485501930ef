(stringf 3 "%s")
; error: Error: '%s' is not a format for a number
; place: 1:1
