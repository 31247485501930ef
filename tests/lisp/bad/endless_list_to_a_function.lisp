(apply '+ (irange 1 1))
; error: Error: a list without end can only be taken in part: use 'take' or 'takewhile'
; place: 1:1
