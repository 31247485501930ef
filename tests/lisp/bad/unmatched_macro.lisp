(defmacro m (x) x)
(m 1 2)
; error: Error: cannot apply this macro: m
; place: 2:1
