(defun area (width (height 1)) (* width height))
(area (? height 2))
; error: Error: missing argument
; place: 2:1
