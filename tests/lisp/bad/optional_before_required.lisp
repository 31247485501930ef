(defun f ((a 1) b) a)
; error: Error: default values should always be at the end of the parameter list
; place: 1:1
