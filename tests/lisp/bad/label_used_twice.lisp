(label a 1)
(label a 2)
; error: Error: 'a' has been recorded already, line: 2
