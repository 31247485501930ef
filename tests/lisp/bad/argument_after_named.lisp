(defun area (width (height 1)) width)
(area (? width 2) 3)
; error: Error: only named arguments can follow a named one
; place: 2:1
