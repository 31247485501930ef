; Types of data.

(data@ [Point integer_ integer_])  ; =>
(setq p (Point 3 4))               ; => true
p                                  ; => (Point 3 4)
(type p)                           ; => data_
(list (@ p 0) (@ p 1) (size p) (car p) (cdr p)) ; => (Point 3 3 Point (3 4))
(set@ p 1 9)                       ; => (Point 9 4)
(= p (Point 9 4))                  ; => true
(= p (clone p))                    ; => true
(= p '(Point 9 4))                 ; => nil
(Point 1)                          ; error: Error: Size mismatch between argument list and data structure definition
(Point 1 2 3)                      ; error: Error: Size mismatch between argument list and data structure definition
(Point 1 "a")                      ; error: Error: Mismatch on argument: 2 (integer_ required)
(Point 1.5 2)                      ; error: Error: Mismatch on argument: 1 (integer_ required)

; Groups, literals, nested constraints, and types that hold themselves.
(data@ Shape (Circle _) (Square number_ "cm") (Frame (Circle integer_))) ; =>
(Square 2.5 "cm")                  ; => (Square 2.5 "cm")
(Square 2.5 "m")                   ; error: Error: Mismatch on argument: 2 (cm required)
(Frame (Circle 3))                 ; => (Frame (Circle 3))
(Frame (Circle "x"))               ; error: Error: Mismatch on argument: 1 ((Circle integer_) required)
(data@ Tree [Leaf integer_] [Node Tree Tree] [Empty]) ; =>
(Node (Leaf 1) (Node (Empty) (Leaf 2))) ; => (Node (Leaf 1) (Node (Empty) (Leaf 2)))
(Node 1 2)                         ; error: Error: Mismatch on argument: 1 (Tree required)
(data@ [Wrong no_type])            ; error: Error: 'no_type' is no type
(data@ [size _])                   ; error: Error: 'size' is a reserved keyword.

; In patterns.
(defpat total ([Leaf n]) n)        ; =>
(defpat total ([Empty]) 0)         ; =>
(defpat total ([Node l r]) (+ (total l) (total r))) ; =>
(total (Node (Leaf 1) (Node (Empty) (Leaf 2)))) ; => 3
(defpat kind ([Shape s]) (list 'shape s)) ; =>
(defpat kind ([Tree _]) 'tree)     ; =>
(defpat kind ([data_ _]) 'data)    ; =>
(defpat kind ([a b c]) 'list)      ; =>
(list (kind (Circle 1)) (kind (Leaf 1)) (kind (Point 1 2)) (kind '(1 2 3))) ; => ((shape (Circle 1)) tree data list)
(total '(Node (Leaf 1) (Leaf 2)))  ; => 3
(total '(Node (Leaf 1) (Leaf 2) 3)) ; error: Error: Could not find a match for function: 'total'
(total (maplist 'atom (split "Leaf few"))) ; => few
(total ())                         ; error: Error: Could not find a match for function: 'total'
(data@ [Pixel nil false])          ; =>
(Pixel 1 "any")                    ; => (Pixel 1 "any")
(defpat half ([Leaf]) 1)           ; error: Error: 'Leaf' has 1 fields, its pattern here has 0

; As functions.
(maplist 'Leaf '(1 2))             ; => ((Leaf 1) (Leaf 2))
(apply 'Point '(1 2))              ; => (Point 1 2)
Leaf                               ; => Leaf
(loop x p (setq last_seen x))      ; => true
last_seen                          ; => 4
