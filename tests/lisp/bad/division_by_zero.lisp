(defun mean (l)
  (/ (sum l) (size l)))
(mean ())
; error: Error: division by zero
; place: 2:3
