(self 1)
; error: Error: no function runs here
; place: 1:1
