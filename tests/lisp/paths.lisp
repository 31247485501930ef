; car, cdr, and what combines them, of any length.

(setq tree '(((1 2) (3 4)) ((5 6) (7 8))))    ; => true
(setq row '(1 2 3 4 5 6 7))        ; => true
(list (caar tree) (cdar tree))     ; => ((1 2) ((3 4)))
(list (caaar tree) (caadr tree))   ; => (1 (5 6))
(list (cadar tree) (cddar '((1 2 3))))        ; => ((3 4) (3))
(list (caddr row) (cdddr row) (cdadr '(1 (2 3))))       ; => (3 (4 5 6 7) (3))
(cdaar tree)                       ; => (2)
(caaaar '((((1 2)))))              ; => 1
(caaadr tree)                      ; => 5
(caadar tree)                      ; => 3
(caaddr '(1 2 (3)))                ; => 3
(cadaar tree)                      ; => 2
(caddar '((1 2 3)))                ; => 3
(cadddr row)                       ; => 4
(cdaaar '((((1 2)))))              ; => (2)
(cdaadr tree)                      ; => (6)
(cdadar tree)                      ; => (4)
(cdaddr '(1 2 (3 4)))              ; => (4)
(cddaar '(((1 2 3))))              ; => (3)
(cddadr '(1 (2 3 4)))              ; => (4)
(cdddar '((1 2 3 4)))              ; => (4)
(cddddr row)                       ; => (5 6 7)
(cddddddr row)                     ; => (7)
(cadaddr '(1 2 (3 4)))             ; => 4
(cadadadadr '(1 (2 (3 (4 5)))))    ; => 5
(cadadadadr '(1 (2 (3 4))))        ; error: Error: You cannot apply 'cadadadadr' to: '4'
(cadddddddr row)                   ; error: Error: No more elements to traverse with 'cadddddddr'
(maplist 'caddddr (list row row))  ; => (5 5)
(cadr "abc")                       ; => b
(defun caddddddr (l) l)            ; error: Error: 'caddddddr' is a reserved keyword.
