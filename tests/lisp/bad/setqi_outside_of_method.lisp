(setqi n 1)
; error: Error: 'setqi' is for methods: there is no current instance
; place: 1:1
