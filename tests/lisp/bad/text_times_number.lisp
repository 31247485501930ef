(* "ab" 2)
; error: Error: cannot evaluate '*' with these operands
; place: 1:1
