(setq f nil)
(f 3)
; error: Unknown function call, line: 2
