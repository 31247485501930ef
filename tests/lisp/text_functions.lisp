; Functions of text.

(split "a,b,,c" ",")               ; => ("a" "b" "c")
(split "abc" "")                   ; => ("a" "b" "c")
(splite "a,b,," ",")               ; => ("a" "b" "" "")
(trim0 "1.500")                    ; => 1.5
(trim0 "100")                      ; => 100
(replace "abab" "a" "x")           ; => xbxb
(replace "abcdef" "-" 1 3)         ; => a-def
(format "%1-%2" "a")               ; => a-%2
(format "a")                       ; error: Error: Wrong number of arguments for: 'format'
(stringf 3 "%.2f")                 ; => 3.00
(sprintf 3 "%d")                   ; => 3
(fill "ab" -1)                     ; =>
(padding "ab" "." 5)               ; => ab...
(ord "AB")                         ; => (65 66)
(chr (list 65 66))                 ; => AB
(ngrams "abc" 2)                   ; => ("ab" "bc")
(segment "I'm 5€, x+1.5")          ; => ("I'm" "5" "€" "," "x" "+1.5")
(segment_e "I'm 5")                ; => ("I'm" " " "5")
(segment "10,5 bottles and 10.5" 1) ; => ("10,5" "bottles" "and" "10" "." "5")
(segment "10,5 bottles and 10.5" 2) ; => ("10,5" "bottles" "and" "10.5")
(convert_in_base 36 2)             ; => 100100
(convert_in_base "100100" 2 true)  ; => 36
(editdistance "ab" "ac")           ; => 1
(setq r "{[a [b c d]] [[e f] g h]}") (getstruct r "[" "]") ; => ("[a [b c d]]" 1 12)
(getstruct r "[" "]" 12)           ; => ("[[e f] g h]" 13 24)
(getstruct r "[" "]" 24)           ; => nil
(getstruct r "" "]")               ; error: Error: 'getstruct' needs two marks that are not empty
(getstruct r "[" "")               ; error: Error: 'getstruct' needs two marks that are not empty
(type (bytes "a"))                 ; => shorts_
(tokenize (tokenizer_rules) "x = 1.5") ; => ("x" " " "=" " " "1.5")
