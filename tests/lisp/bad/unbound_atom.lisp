(setq total 1)
(println totl)
; error: Error: Unbound atom: 'totl'
; place: 2:10
