(dethread bad (n)
   (/ n 0))
(bad 1)
(wait)
; error: Error: division by zero
; place: 2:4
