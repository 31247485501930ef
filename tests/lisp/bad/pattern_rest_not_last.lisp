(defpat f ([a $ b c]) a)
; error: Error: one variable, and nothing else, follows '$' in a pattern
; place: 1:12
