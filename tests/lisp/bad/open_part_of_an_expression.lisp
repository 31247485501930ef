(rgx "a(b")
; error: Error: bad regular expression 'a(b': '(' is not closed
; place: 1:1
