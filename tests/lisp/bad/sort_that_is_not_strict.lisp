(sort '<= '(2 1))
; error: Error: The comparison must be strict for a 'sort': it must not hold between equal elements
; place: 1:1
