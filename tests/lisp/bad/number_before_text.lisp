(< 1 "a")
; error: Error: cannot evaluate '<' with these operands, line: 1
