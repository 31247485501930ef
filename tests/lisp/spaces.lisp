; Name spaces.

(defspace geometry
   (defun area (x) (half (* x x)))
   (defun half (x) (/ x 2.0))
   (defun around () (main_only)))
; =>
(defun area (x) 'main)             ; =>
(defun main_only () 'from_main)    ; =>
(area 4)                           ; => main
(half 4)                           ; error: Error: Unbound atom: 'half'
(space geometry (area 4))          ; => 8
(space geometry (half 4) (around))  ; => from_main
(space geometry (maplist 'area '(1 2))) ; => (0.5 2)
(space geometry (list (space mainspace_ (area 1)) (area 1))) ; => (main 0.5)
(space geometry area)              ; => (defun area (x) (half (* x x)))

; What stands behind a defspace without a body belongs to it, up to the end of the form.
(block (defspace second) (defun area (x) 'second) (defun only () 'only)) ; =>
(list (area 1) (space second (area 1)) (space second (only))) ; => (main second only)
(only)                             ; error: Error: Unbound atom: 'only'

; Variables are not affected.
(setq v 1)                         ; => true
(space second (setq v 2))          ; => true
v                                  ; => 2

; Every kind of definition has a space; text is loaded into one.
(defspace kinds
   (defpat p (0) 'zero)
   (defpat p (n) (p (- n 1)))
   (defpred q (x) (> x 1) 'many)
   (data@ [Thing _])
   (class@ Tool (x) (defun use_it () (double x)))
   (defun double (x) (* 2 x)))
; =>
(space kinds (list (p 3) (q 2) (Thing 1) ((Tool 4) (use_it)))) ; => (zero many (Thing 1) 8)
(p 3)                              ; error: Error: Unbound atom: 'p'
(loadcode "(defun loaded (x) (* x 7))" 'lib) ; => true
(list (space lib (loaded 3)) (catch (loaded 3))) ; => (21 Error: Unbound atom: 'loaded')
(space geometry (eval "(area 4)")) ; => 8
(space 3 4)                        ; error: Error: a space is named by an atom
