(setq total 1)
(println totl)
; error: Error: Unbound atom: 'totl', line: 2
