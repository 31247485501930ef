(data@ [Point integer_ integer_])
(println
  (Point 1 "a"))
; error: Error: Mismatch on argument: 2 (integer_ required)
; place: 3:3
