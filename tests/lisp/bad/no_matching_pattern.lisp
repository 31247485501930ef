(defpat area ([integer_ x]) x)
(defun test () (area "a"))
(test)
; error: Error: Could not find a match for function: 'area'
; place: 2:16
