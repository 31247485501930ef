(setdate 2024 2 30)
; error: Error: there is no date with year 2024, month 2, day 30
; place: 1:1
