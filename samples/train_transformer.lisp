; Train a small transformer to foretell the next word of four sentences.
;
; Shows the way of text through a language model: words become numbers, numbers vectors,
; attention mixes the vectors, and a last network turns them into guesses of the next word.

(use 'lispe_torch)
(torch_manual_seed 1)

(setq device (torch_get_best_device))
(println "Using device:" device)

; --- Text ----------------------------------------------------------------------------

(setq tokenizer (torch_simple_tokenizer))
(setq training_texts (list
   "The quick brown fox jumps over the lazy dog."
   "Machine learning is transforming artificial intelligence."
   "Natural language processing enables computers to understand text."
   "Deep learning models require large amounts of training data."))

; The tokenizer learns its vocabulary while it encodes.
(setq tokenized_texts (list))
(loop text training_texts
   (setq tokens (torch_tokenizer_encode tokenizer text))
   (setq tokenized_texts (cons tokens tokenized_texts)))

; One row for each sentence, all of the same length.
(setq max_length 15)
(setq padded_sequences (torch_pad_sequences (reverse tokenized_texts) max_length))
(setq attention_mask (torch_create_attention_mask padded_sequences))

; --- Model ---------------------------------------------------------------------------

(setq vocab_size (torch_tokenizer_get_vocab_size tokenizer))
(setq embed_dim 128)
(setq num_heads 8)
(setq ff_dim 256)

(setq embedding (torch_embedding vocab_size embed_dim))
(setq transformer (torch_transformer_block embed_dim num_heads ff_dim))
(setq output_projection (torch_model embed_dim 64 vocab_size))

; Only the data has to be moved: a module follows its input.
(cond
   ((eq device "mps")
      (block
         (setq padded_sequences (torch_to_mps padded_sequences))
         (setq attention_mask (torch_to_mps attention_mask))))
   ((eq device "cuda")
      (block
         (torch_set_device 0)
         (setq padded_sequences (torch_to_cuda padded_sequences))
         (setq attention_mask (torch_to_cuda attention_mask)))))

(setq optimizer_emb (torch_optimizer embedding 0.001 "adam"))
(setq optimizer_trans (torch_optimizer transformer 0.001 "adam"))
(setq optimizer_proj (torch_optimizer output_projection 0.001 "adam"))

; --- Training ------------------------------------------------------------------------

(println "Starting Transformer training...")
(loop epoch (range 0 100 1)
   (setq embedded (torch_forward embedding padded_sequences))
   (setq transformer_output (torch_forward transformer embedded))
   (setq predictions (torch_forward output_projection transformer_output))

   ; The target of every position is the word that comes after it.
   (setq shifted_targets (torch_tensor_slice padded_sequences 1 -1))
   (setq shifted_predictions (torch_tensor_slice predictions 0 -2))
   (setq loss (torch_crossentropy_loss shifted_predictions shifted_targets))

   (torch_optimizer_zero_grad optimizer_emb)
   (torch_optimizer_zero_grad optimizer_trans)
   (torch_optimizer_zero_grad optimizer_proj)
   (torch_backward loss)
   (torch_optimizer_step optimizer_emb)
   (torch_optimizer_step optimizer_trans)
   (torch_optimizer_step optimizer_proj)

   (if (= (% epoch 10) 0)
      (println "Epoch:" epoch "Loss:" loss)))

(println "🎉 Transformer training completed!")
(println "Vocabulary size:" vocab_size)
(println "Model parameters: Embedding(" embed_dim ") + Transformer(" num_heads "heads) + Projection")
