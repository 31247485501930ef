(defpat two (a b) a)
(two 1)
; error: Error: Could not find a match for function: 'two'
; place: 2:1
