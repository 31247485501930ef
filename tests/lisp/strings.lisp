; Text.

(split "a,b,,c" ",")               ; => ("a" "b" "c")
(split "a b  c")                   ; => ("a" "b" "c")
(split "abc" "")                   ; => ("a" "b" "c")
(type (split "a b"))               ; => strings_
(splite "a,,b," ",")               ; => ("a" "" "b" "")
(trim "  a b\n")                   ; => a b
(trimleft " a")                    ; => a
(size (trimright "a \t"))          ; => 1
(trim0 "1.500")                    ; => 1.5
(upper "été")                      ; => ÉTÉ
(lower "ABC")                      ; => abc
(deaccentuate "été")               ; => ete
(left "abcdef" 2)                  ; => ab
(right "abcdef" 2)                 ; => ef
(middle "abcdef" 2 3)              ; => cde
(replace "banana" "an" "o")        ; => booa
(format "%1 of %2" 3 10)           ; => 3 of 10
(format "%1 %9" 3)                 ; => 3 %9
(stringf 3 "%.2f")                 ; => 3.00
(stringf 3.7 "%03d")               ; => 003
(stringf 0.1 "%.17g")              ; => 0.10000000000000001
(stringf 1 "%s")                   ; error: Error: '%s' is not a format for a number
(fill "=" 5)                       ; => =====
(fill "=" 0)                       ; =>
(padding "ab" "." 5)               ; => ab...
(padding "ab" "." -5)              ; => ...ab
(padding "abcdef" "." 3)           ; => abcdef
(startwith "abc" "ab")             ; => true
(endwith "abc" "ab")               ; => nil
(ord "A")                          ; => (65)
(chr 233)                          ; => é
(ngrams "abcd" 2)                  ; => ("ab" "bc" "cd")
(segment "I'm 5€, x+1.5")          ; => ("I'm" "5" "€" "," "x" "+1.5")
(convert_in_base 255 16)           ; => ff
(convert_in_base "ff" 16 true)     ; => 255
(editdistance "kitten" "sitting")  ; => 3
(getstruct "f(a(b))c" "(" ")")     ; => ("(a(b))" 1 7)
(bytes "A")                        ; => (65 0 0 0)
(reverse "abc")                    ; => cba
(@ "été" 1)                        ; => t
(f_ "a={+ 1 2}")                   ; => a=3

(rgx_find (rgx "%d+") "ab12c3")    ; => 12
(rgx_find (rgx "%d+") "abc")       ; =>
(rgx_findall (rgx "%d+") "12 a 345")   ; => ("12" "345")
(rgx_findall (rgx "%C%a*") "Hello World")    ; => ("Hello" "World")
(rgx_findall (rgx "{a-c %d}+") "abz1d2")     ; => ("ab" "1" "2")
(rgx_findall (rgx "~%s+") "ab cd")     ; => ("ab" "cd")
(rgx_findall (rgx "%d+(.%d+)") "1.5 2")    ; => ("1.5" "2")
(rgx_match (rgx "%d+") "12")       ; => true
(rgx_match (rgx "%d+") "12a")      ; => nil
(rgx_match (rgx "a?c") "abc")      ; => true
(rgx_findall_i (rgx "%d+") "a12b3")    ; => (1 3 4 5)
(rgx_replace (rgx "%d+") "a1b22" "-")  ; => a-b-
(rgx_split (rgx "%d+") "a1b22c")   ; => ("a" "b" "c")
(prgx_findall (prgx "[a-z]+") "ab 1 cd")    ; => ("ab" "cd")
(prgx_find (prgx "(") "a")         ; error: Error: bad regular expression '(': missing ), unterminated subpattern at position 0
(rgx_find "%d" "1")                ; error: Error: a compiled regular expression is expected
