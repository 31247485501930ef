(use 'no_such_module)
; error: Error: Unknown module: 'no_such_module'
; place: 1:1
