(data@ [Point _ _])
(defpat f ([Point x]) x)
; error: Error: 'Point' has 2 fields, its pattern here has 1
; place: 2:12
