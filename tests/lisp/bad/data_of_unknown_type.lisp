(data@ [Point integr_])
; error: Error: 'integr_' is no type
; place: 1:1
