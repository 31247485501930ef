(setq g 1)
(dethread bad () (setg g 2))
(bad)
(wait)
; error: Error: a thread cannot change the global variable 'g'
; place: 2:18
