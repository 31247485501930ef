; Train a vision transformer to read handwritten digits, on 1,797 images of 8 x 8 pixels.
;
; Shows how an image becomes a sequence of patches that attend to each other, batches that are
; shuffled anew in every epoch, and a learning rate that follows a cosine. train_digits.lisp
; reads the same images with a simpler network. Their source is in data/README.

(use 'lispe_torch)
(torch_manual_seed 1)

; --- Data ----------------------------------------------------------------------------

(setq lines (split (fread (+ _current "data/digits.csv")) "\n"))
(setq held_out (== (% (iota (size lines)) 5) 0))

; 64 pixels of 0 to 16 and the digit in every row.
(defun table (rows)
   (torch_reshape (torch_tensor (integers (split (join rows ",") ","))) '(-1 65)))

; One channel of 8 x 8 pixels from 0 to 1 for every row.
(defun images (rows)
   (setq pixels (torch_to_dtype (torch_tensor_slice rows 1 0 64) "float32"))
   (torch_reshape (/ pixels 16) '(-1 1 8 8)))

(defun digits (rows)
   (torch_select rows 1 64))

(setq training (table (// (- 1 held_out) lines)))
(setq testing (table (// held_out lines)))

; --- The model: 16 patches of 2 x 2 pixels, two blocks, the mean of all patches ---------

(setq model (torch_sequential (list
   (torch_patch_embedding 8 2 1 64)
   (torch_transformer_block 64 4 128)
   (torch_transformer_block 64 4 128)
   (torch_mean_pool)
   (torch_linear 64 10))))
(println (torch_parameter_count model) "parameters")

; --- Training ------------------------------------------------------------------------

(setq epochs 20)
(setq loader (torch_data_loader (iota0 (size training)) 64 (dictionary "shuffle" true "seed" 2)))
(setq optimizer (torch_optimizer model 0.002 "adamw"))
(setq schedule (torch_lr_scheduler optimizer "cosine" (dictionary "total_steps" (* epochs (size loader)))))
(setq pixels (images training))
(setq targets (digits training))

(loop epoch (iota epochs)
   (loop rows loader
      (torch_optimizer_zero_grad optimizer)
      (setq loss (torch_crossentropy_loss
         (torch_forward model (torch_index_select pixels 0 rows))
         (torch_index_select targets 0 rows)))
      (torch_backward loss)
      (torch_optimizer_step optimizer)
      (torch_scheduler_step schedule))
   (if (= (% epoch 5) 0)
      (println "Epoch" epoch "loss" (stringf (torch_item loss) "%.4f"))))

; --- Test ----------------------------------------------------------------------------

(torch_no_grad
   (setq right (torch_accuracy (torch_forward model (images testing)) (digits testing)))
   (println "Accuracy on the held-out rows:" (stringf (* 100 right) "%.1f %%")))
