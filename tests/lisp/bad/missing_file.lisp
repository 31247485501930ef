(fread "no_such_file.txt")
; error: Unknown file: no_such_file.txt
; place: 1:1
