(command "ls")
; error: Error: commands of the system are not allowed here
; place: 1:1
