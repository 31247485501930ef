(self 1)
; error: Error: no function runs here, line: 1
