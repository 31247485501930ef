(defpred small (x) (< x 10))
(small 20)
; error: Error: Could not find a match for function: 'small'
; place: 2:1
