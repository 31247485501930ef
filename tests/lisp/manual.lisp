; Constructs that samples of the LispE manual use.

(setq config (map))
(config "max_length" 100)          ; => {"max_length":100}
(config "max_length")              ; => 100
(config "a" 1 "b" 2)               ; => {"max_length":100 "a":1 "b":2}
(config @ "b")                     ; => 2
(config "missing")                 ; error: Error: index out of bounds
(setq config (dict "vocab_size" 30000 ; the number of tokens
                   "embed_dim" 768))
(config @ "vocab_size")            ; => 30000
(list (config @ "embed_dim"))      ; => (768)
(setq config (@ (@ "vocab_size" 30000) (@ "embed_dim" (* 2 384))))
config                             ; => {"vocab_size":30000 "embed_dim":768}
(@ "abc" 1)                        ; => b
(setq seen ())
(loop (epoch 1 100) (check (eq (% epoch 25) 0) (push seen epoch)))
seen                               ; => (25 50 75 100)
(loop (epoch 1 3) ; nothing to do
)                                  ; => nil
(setq cases (list ("news", "Breaking") ("code", "def f")))
(loop case cases (@ case 0))       ; => code
(setq size 3) (setq last 4) (setq key 5)
(list size last key (size "ab"))   ; => (3 4 5 2)
(loop epoch (range 0 1000 1) epoch) ; => 999
(setq load_result (catch (setq tokenizer (fread "/no/such/file")) "success"))
(if (maybe load_result) 'train 'load)    ; => train
(+ "checkpoint_epoch_" (string 10) ".pt") ; => checkpoint_epoch_10.pt
(/ 1.0 (sqrt 64))                  ; => 0.125
(= (% 100 10) 0)                   ; => true
(setq texts (cons '(1 2) ()))
(setq texts (cons '(3) texts))
(reverse texts)                    ; => ((1 2) (3))
(type (iota0 3))                   ; => integers_
