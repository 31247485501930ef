(defun mean (l)
  (/ (sum l) (size l)))
(mean ())
; error: Error: division by zero, line: 2
