; Fine-tune a language model with LoRA to answer what each function of this library does.
;
;    lispe-workbench --run finetune_lora.lisp [steps]
;
; The model is SmolLM2-135M, which has never heard of LispE. Small adapters beside its frozen
; weights learn from questions and answers in data/questions.jsonl; every tenth is held out, to
; measure with. A hundred steps take a few minutes on two processor cores.

(use 'lispe_torch)
(torch_manual_seed 1)

(setq steps (if _args (integer (car _args)) 100))
(setq batch_size 8)
(setq measured (min 80 (* steps batch_size)))
(setq ignored -1)

(setq model (torch_load_model (torch_demo_model_path)))
(setq tokenizer (torch_model_tokenizer model))
(setq end (torch_token_id tokenizer "<|im_end|>"))

; --- Data ----------------------------------------------------------------------------

(defun asked (instruction)
   (+ "Instruction: " instruction "\nResponse:"))

; The target of every position is the token that comes after it. Only those of the response
; count: what the user asks is nothing to learn.
(defun example (pair)
   (setq prompt (torch_to_list (torch_encode tokenizer (asked (@ pair "instruction")))))
   (setq response (torch_to_list (torch_encode tokenizer (+ " " (@ pair "response")))))
   (setq tokens (nconcn (list) prompt response (list end)))
   (setq targets (nconcn (replicate (- (size prompt) 1) ignored) response (list end)))
   {"input":(@@ tokens 0 -1) "target":targets})

(setq pairs (torch_read_jsonl (+ _current "data/questions.jsonl")))
(setq training (list))
(setq held_out (list))
(loop pair pairs
   (setq examples (if (zerop (% (+ (size training) (size held_out)) 10)) held_out training))
   (push examples (example pair)))
(println "Examples:" (size training) "to learn from," (size held_out) "held out")

(defun batches (examples)
   (torch_data_loader examples batch_size {"shuffle":true "length_sorted":true "pad_id":ignored}))

; --- Model ---------------------------------------------------------------------------

(torch_lora_apply model (torch_lora_config 8 16
   '("q_proj" "k_proj" "v_proj" "o_proj" "gate_proj" "up_proj" "down_proj")))
(torch_checkpoint_enable model)
(println "Adapter tensors:" (size (torch_lora_trainable_params model)))

; Padding is no token: it is read as token 0, and its targets are ignored.
(defun loss_of (batch)
   (setq logits (torch_autocast "bfloat16"
      (torch_forward model (torch_clamp (@ batch "input") 0 nil))))
   (torch_crossentropy_loss (torch_to_dtype logits "float32") (@ batch "target") ignored))

(defun held_out_loss ()
   (setq losses (list))
   (torch_no_grad
      (loop batch (batches (@@ held_out 0 measured))
         (push losses (torch_item (loss_of batch)))))
   (torch_log_metric "held-out loss" (/ (sum losses) (size losses))))

(setq generator (torch_generator_create model))
(torch_generator_configure generator {"max_length":40 "do_sample":nil "eos_token_id":end})

(defun answer (instruction)
   (setq prompt (torch_encode tokenizer (asked instruction)))
   (setq text (torch_generator_generate generator prompt))
   (trim (torch_decode tokenizer (torch_tensor_slice text 0 (size prompt) (size text)))))

; --- Training ------------------------------------------------------------------------

(setq pair (@ pairs 500))
(setq question (@ pair "instruction"))
(println question)
(println "Wanted:" (@ pair "response"))
(println "Before:" (answer question))
(setq before (held_out_loss))
(println "Held-out loss before:" (stringf before "%.3f"))

(setq optimizer (torch_optimizer model 0.001 "adamw"))
(setq scheduler (torch_lr_scheduler optimizer "cosine" {"total_steps":steps}))
(setq loader (batches training))
(setq step 0)
(while (< step steps)
   (loop batch loader
      (torch_optimizer_zero_grad optimizer)
      (torch_backward (loss_of batch))
      (torch_clip_grad_norm optimizer 1.0)
      (torch_optimizer_step optimizer)
      (torch_scheduler_step scheduler)
      (+= step 1)
      (if (zerop (% step 25))
         (println "Step" step "held-out loss:" (stringf (held_out_loss) "%.3f")))
      (if (>= step steps) (break))))

; --- Result --------------------------------------------------------------------------

(setq after (held_out_loss))
(println "Held-out loss after:" (stringf after "%.3f"))
(println "It has fallen:" (< after before))
(println "After:" (answer question))

; A folder that PEFT reads too.
(setq folder (if (> (size _args) 1) (@ _args 1) "questions_adapter"))
(println (torch_lora_save_adapters model folder))
