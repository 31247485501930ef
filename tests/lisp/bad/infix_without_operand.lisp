(infix 1 +)
; error: Error: infix arithmetic needs an operand behind an operator
; place: 1:1
