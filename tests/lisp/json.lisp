; JSON.

(json '(1 2.5 "a" nil true b))     ; => [1,2.5,"a",null,true,"b"]
(json (+ 0.1 0.2))                 ; => 0.30000000000000004
(json "a\"\n")                     ; => "a\"\n"
(json {"a":{"b":(list)}})          ; => {"a":{"b":[]}}
(json {1:"x"})                     ; => {"1":"x"}
(json (integers 1 2))              ; => [1,2]
(json (set 1 "a"))                 ; => [1,"a"]
(json_parse `{"b":1,"a":[1,2.5,null,true,false]}`)    ; => {"b":1 "a":(1 2.5 nil true nil)}
(type (json_parse `[1]`))          ; => list_
(type (json_parse `{}`))           ; => dictionary_
(json_parse "12")                  ; => 12
(json_parse `"a"`)                 ; => a
(json_parse (+ "[1,\n" "oops]"))   ; error: Error: JSON structure contains errors line: 2
(json_dictionary '("b" 1 "a" 2))   ; => {"b":1 "a":2}
