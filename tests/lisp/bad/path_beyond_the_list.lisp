(caddddr '(1 2))
; error: Error: No more elements to traverse with 'caddddr'
; place: 1:1
