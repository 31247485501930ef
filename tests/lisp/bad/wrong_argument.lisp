(split 12 1)
; error: Error: split: text should be text, not 12 (integer_)
; place: 1:1
