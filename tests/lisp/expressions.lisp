; Both dialects of regular expressions.

(rgx_find (rgx "%d+%C") "This is 123A") ; => 123A
(rgx_find_i (rgx "%d+") "ab12")    ; => (2 4)
(rgx_find (rgx "%d+") "12 34" 2)   ; => 34
(rgx_findall (rgx "%d") "1 2 3" 2) ; => ("2" "3")
(rgx_findall_i (rgx "%d+") "a12b3") ; => (1 3 4 5)
(rgx_match (rgx "%d+") "12")       ; => true
(rgx_replace (rgx "%d") "a1" "x")  ; => ax
(rgx_split (rgx "%s+") "a  b")     ; => ("a" "b")
(rgx_findall (rgx "dog%c") "dogs dogg dog1") ; => ("dogs" "dogg")
(rgx_findall (rgx "{%dab}+") "1111a zz a22a") ; => ("1111a" "a22a")
(rgx_findall (rgx "%x+") "ff zz 0A") ; => ("ff" "0A")
(rgx_findall (rgx "%p") "a,b!")    ; => ("," "!")
(rgx_findall (rgx "%h+") "abc αβγ") ; => ("αβγ")
(rgx_findall (rgx "%H+") "abc 日本 한국") ; => ("日本" "한국")
(rgx_findall (rgx "%%") "5%")      ; => ("%")
(rgx_findall (rgx "%?") "a?")      ; => ("?")
(rgx_findall (rgx `\065`) "AB")    ; => ("A")
(rgx_findall (rgx `\x0041`) "AB")  ; => ("A")
(rgx_findall (rgx "^a") "aa")      ; => ("a")
(rgx_findall (rgx "a$") "aa")      ; => ("a")
(rgx_findall (rgx "~{a b}+") "abcd") ; => ("cd")
(rgx_findall (rgx "%d+(.%d+)") "1.5 2") ; => ("1.5" "2")
(size (rgx_findall (rgx "%r") "a\nb"))    ; => 1
(rgx_findall (rgx "a~") "a~")      ; => ("a~")
(rgx "(")                          ; error: Error: bad regular expression '(': '(' is not closed
(rgx "a)")                         ; error: Error: bad regular expression 'a)': ')' closes nothing
(rgx "{a")                         ; error: Error: bad regular expression '{a': '{' is not closed
(rgx "+a")                         ; error: Error: bad regular expression '+a': nothing stands before '+'
(rgx "a%")                         ; error: Error: bad regular expression 'a%': nothing follows '%'
(prgx_find (prgx "[0-9]+") "ab12") ; => 12
(prgx_replace (prgx `(\w)(\d)`) "a1" "x") ; => x
(prgx_findall (prgx "[[:digit:]]+") "a12") ; => ("12")
(prgx_split (prgx ",") "a,b")      ; => ("a" "b")
(prgx_find_i (prgx "b") "ab")      ; => (1 2)
(prgx_findall_i (prgx "b") "abb")  ; => (1 2 2 3)
(prgx_match (prgx "ab") "ab")      ; => true
(rgx "a")                          ; => a
(rgx "%d" "1")                     ; => true
(rgx_findall (rgx "{~%d x}+") "12ab3c") ; => ("ab" "c")
(rgx_findall (rgx "{[a-b] c}+") "abcacb") ; => ("abc" "c")
