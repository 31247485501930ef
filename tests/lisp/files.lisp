; Files: whole texts, bytes, and streams of both kinds.

(fwrite "a.txt" "one\ntwo\n")      ; => true
(size (fread "a.txt"))             ; => 8
(fappend "a.txt" 3)                ; => true
(split (fread "a.txt") "\n")       ; => ("one" "two" "3")
(fwrite "é.txt" "é")               ; => true
(list (fread "é.txt") (fsize "é.txt"))    ; => ("é" 2)
(bwrite "b.bin" '(239 187 191 65)) ; => true
(fread "b.bin")                    ; => A
(bappend "b.bin" (shorts 66 255))  ; => true
(bread "b.bin")                    ; => (239 187 191 65 66 255)
(type (bread "b.bin"))             ; => shorts_
(bwrite "b.bin" '(256))            ; error: Error: bytes are numbers from 0 to 255
(fread "b.bin")                    ; error: Error: 'b.bin' is not UTF-8 text
(fread "missing.txt")              ; error: Unknown file: missing.txt
(bread "missing.txt")              ; error: Unknown file: missing.txt
(fwrite "no/folder.txt" "a")       ; error: Error: Cannot write in file: no/folder.txt
(fappend "no/folder.txt" "a")      ; error: Error: Cannot write in file: no/folder.txt

; C's handles.
(setq f (fopen "c.txt" "w"))       ; => true
(type f)                           ; => file_
(fputchars f "abcdef")             ; => true
(ftell f)                          ; => 6
(fsize f)                          ; => 6
(fclose f)                         ; => true
(setq f (fopen "c.txt"))           ; => true
(fgetchars f 2)                    ; => ab
(ftell f)                          ; => 2
(fseek f 4)                        ; => true
(fgetchars f 9)                    ; => ef
(fgetchars f 9)                    ; =>
(fclose f)                         ; => true
(fgetchars f 1)                    ; error: Error: c.txt: the file is closed
(fopen "missing.txt")              ; error: Error: cannot open file: missing.txt
(fopen "c.txt" "nonsense")         ; error: Error: cannot open file: c.txt

; Streams.
(setq f (file "d.txt" 'w))         ; => true
(file_write f 1)                   ; => true
(file_writeln f " line")           ; => true
(file_writeln f '(a "b"))          ; => true
(file_close f)                     ; => true
(setq f (file "d.txt" 'a))         ; => true
(file_write f "end")               ; => true
(file_close f)                     ; => true
(setq f (file "d.txt"))            ; => true
(file_eof f)                       ; => nil
(file_getchar f)                   ; => 1
(trim (file_readline f))           ; => line
(map 'trim (file_readlist f))      ; => ("(a \"b\")" "end")
(file_eof f)                       ; => true
(file_readline f)                  ; =>
(file_close f)                     ; => true
(setq l (list)) (loop line (file "d.txt" 'r) (push l (trim line)))    ; => ("1 line" "(a \"b\")" "end")
(file_read (file "d.txt") 3)       ; => 1 l
(size (file_read (file "d.txt")))  ; => 18
(file "missing.txt" 'r)            ; error: Error: cannot open file: missing.txt
(file_read 3)                      ; error: Error: an open file is expected

(json_write {"k":'(1 2.5 nil)} "k.json")   ; => true
(json_read "k.json")               ; => {"k":(1 2.5 nil)}
(isdirectory ".")                  ; => true
(isdirectory "a.txt")              ; => nil
(ls ".")                           ; => ("a.txt" "b.bin" "c.txt" "d.txt" "k.json" "é.txt")
(endwith (realpath "a.txt") "a.txt")    ; => true
(@ (fileinfo "a.txt") "size")      ; => 9
(fileinfo "missing.txt")           ; error: Unknown file: missing.txt

; A file that was closed, is written, or holds no text can't be read.
(setq closed (file "closed.txt" 'w)) ; => true
(file_readline closed)             ; error: Error: closed.txt: not readable
(file_close closed)                ; => true
(file_write closed "more")         ; error: Error: closed.txt: the file is closed
(bwrite "bytes" '(255 254))        ; => true
(file_read (file "bytes"))         ; error: Error: 'bytes' is not UTF-8 text
