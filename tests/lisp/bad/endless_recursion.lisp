(defun f (n)
  (+ 1 (f n)))
(f 1)
; error: Error: stack overflow
; place: 2:8
