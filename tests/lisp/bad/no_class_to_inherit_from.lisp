(class@ B (n) (from@ Nobody))
; error: Error: 'Nobody' is no class to inherit from
; place: 1:1
