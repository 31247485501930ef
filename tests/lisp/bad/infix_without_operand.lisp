(infix 1 +)
; error: Error: infix arithmetic needs an operand behind an operator, line: 1
