(seth a 1)
; error: Error: 'seth' is for the body of a 'threadspace'
; place: 1:1
