(set_tokenizer_rules (tokenizer_rules) '("%d"))
; error: Error: '%d' is no rule: body=number or body=# is expected
; place: 1:1
