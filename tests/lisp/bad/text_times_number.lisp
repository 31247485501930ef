(* "ab" 2)
; error: Error: cannot evaluate '*' with these operands, line: 1
