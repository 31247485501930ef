; Ask a language model a question and watch it answer, token by token.
;
; The model is SmolLM2-135M, small enough for any machine and not always right. At a shell:
;
;    lispe-workbench --run samples/chat.lisp Why is the sky blue?

(use 'lispe_torch)

(setq question (select (join _args " ") "What is a tensor, in one sentence?"))

(defun answer (path)
   ; "file" multiplies with the blocks of four bits that are in the file, which is fastest.
   (setq model (torch_load_gguf path nil "file"))
   (setq tokenizer (torch_model_tokenizer model))

   ; The model was trained on conversations of a certain form, which it brings along.
   (setq prompt (torch_chat_prompt tokenizer (list {"role":"user" "content":question})))

   (setq generator (torch_generator_create model))
   (torch_generator_configure generator {"max_length":120 "do_sample":false})

   ; A token may be a part of a character only: the decoder waits until it is whole.
   (setq decoder (torch_stream_decoder tokenizer))
   (torch_generator_stream generator (torch_encode tokenizer prompt)
      (λ (token data) (print (torch_stream_decoder_add decoder token))))
   (println (torch_stream_decoder_finish decoder)))

; Without the model's package, the error tells how to install it.
(setq path (catch (torch_demo_model_path)))
(println "Question:" question)
(if (maybe path)
   (println path)
   (answer path))
