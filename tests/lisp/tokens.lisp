; Tokenizers and indentation.

(setq r (tokenizer_rules))         ; => true
(tokenize r "x = 1.5")             ; => ("x" " " "=" " " "1.5")
(tokenize r "a<=b1 \"c d\" 0xFF 2e-4")    ; => ("a" "<=" "b1" " " "\"c d\"" " " "0xFF" " " "2e-4")
(tokenize r "été ; α")             ; => ("été" " " ";" " " "α")
(tokenize r "a 1" true)            ; => (("a" 4) (" " 1) ("1" 3))
(tokenize r "")                    ; => ()
(type (tokenize r "a"))            ; => strings_
(setq l (get_tokenizer_rules r))   ; => true
(set@ l 0 "#32+=#")                ; => ("#32+=#" "#9+=1" "{#10 #13}+=1" "\"~\"*\"=2" "0x%x+=3" "%d+(.%d+)({e E}({%+ -})%d+)=3" "{%a _}{%a %d _}*=4" ":==0" "<>=0" "<==0" ">==0" "===0" "!==0" "?=0")
(set_tokenizer_rules r l)          ; => true
(tokenize r "x = 1.5")             ; => ("x" "=" "1.5")
(set_tokenizer_rules r '("v:{a e i o u}" "%v+=1" "%a=2"))    ; => true
(tokenize r "aeb!" true)           ; => (("ae" 1) ("b" 2) ("!" 0))
(set_tokenizer_rules r '("%d"))    ; error: Error: '%d' is no rule: body=number or body=# is expected
(set_tokenizer_rules r '("{%d=1")) ; error: Error: bad regular expression '{%d': '{' is not closed
(tokenize r "aeb")                 ; => ("ae" "b")
(tokenize 3 "a")                   ; error: Error: the rules of a tokenizer are expected: (tokenizer_rules) makes them

(setq nl (chr 10))                 ; => true
(split (indent (+ "(a" nl "(b ; )" nl "c)" nl ")") true) nl)    ; => ("(a" "   (b ; )" "      c)" ")")
(split (indent (+ "f {" nl "g(\"}\");" nl "}")) nl)    ; => ("f {" "   g(\"}\");" "}")
(tokenize_rules (tokenizer_rules) "x = 1") ; => ("x" " " "=" " " "1")
(setq quoting (tokenizer_rules))   ; => true
(set_tokenizer_rules quoting (list "#32+=#" "\"{[\\-\"] ~%r}*\"=34" "%a+=65")) ; => true
(tokenize_rules quoting "say \"a\\\"b\" twice") ; => ("say" "\"a\\\"b\"" "twice")
