(defun area (width) width)
(area (? depth 2))
; error: Error: 'area' has no parameter 'depth'
; place: 2:1
