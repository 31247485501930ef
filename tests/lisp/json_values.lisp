; JSON.

(json '(1 2.5 "a" nil true))       ; => [1,2.5,"a",null,true]
(json {"a":{"b":(list)}})          ; => {"a":{"b":[]}}
(json "a\nb")                      ; => "a\nb"
(json (set 1 2))                   ; => [1,2]
(json 'a)                          ; => "a"
(json {1:2})                       ; => {"1":2}
(json (integers 1 2))              ; => [1,2]
(json 0.1)                         ; => 0.1
(json_parse "[1,")                 ; error: Error: JSON structure contains errors line: 1
(json_parse `{"b":[1,2.5,null],"a":true}`) ; => {"b":(1 2.5 nil) "a":true}
(type (json_parse "[1,2]"))        ; => list_
(json_parse "3")                   ; => 3
(json_parse "1.0")                 ; => 1
(json_dictionary)                  ; => {}
(json_dictionary '("b" 1))         ; => {"b":1}
(json_read "/nofile")              ; error: Unknown file: /nofile
