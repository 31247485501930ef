(json_parse "[1,")
; error: Error: JSON structure contains errors line: 1
; place: 1:1
