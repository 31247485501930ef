(defmacro m (x) (m x))
(m 1)
; error: Error: the macro 'm' expands without end
; place: 2:1
