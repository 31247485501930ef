(class@ Counter (n)
   (defun inc (k) (+ n k)))
((Counter 1) (inc "a"))
; error: Error: cannot use this element in an arithmetic expression: 'a'
; place: 2:19
