(car 3)
; error: Error: You cannot apply 'car' to: '3'
; place: 1:1
