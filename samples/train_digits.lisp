; Train a network to read handwritten digits, on 1,797 images of 8 x 8 pixels.
;
; Shows how a table becomes tensors without a loop, a training loop with Adam, and a fair
; test on rows that the network has never seen. The source of the images is in data/README.

(use 'lispe_torch)
(torch_manual_seed 1)

; --- Data ----------------------------------------------------------------------------

(setq lines (split (fread (+ _current "data/digits.csv")) "\n"))

; 1 for every fifth line, which is held out, 0 for the others. Like any operator on numbers,
; % and == work on whole lists, and // keeps what stands at a 1.
(setq held_out (== (% (iota (size lines)) 5) 0))

; 64 pixels of 0 to 16 and the digit in every row.
(defun table (rows)
   (torch_reshape (torch_tensor (integers (split (join rows ",") ","))) '(-1 65)))

(defun images (rows)
   (/ (torch_to_dtype (torch_tensor_slice rows 1 0 64) "float32") 16))

(defun digits (rows)
   (torch_select rows 1 64))

(setq training (table (// (- 1 held_out) lines)))
(setq testing (table (// held_out lines)))
(println "Training on" (size training) "images, testing on" (size testing))

; --- Training ------------------------------------------------------------------------

(setq model (torch_model 64 96 10))
(setq optimizer (torch_optimizer model 0.005 "adam"))
(setq pixels (images training))
(setq targets (digits training))

(loop epoch (iota 150)
   (setq loss (torch_crossentropy_loss (torch_forward model pixels) targets))
   (torch_optimizer_zero_grad optimizer)
   (torch_backward loss)
   (torch_optimizer_step optimizer)
   (torch_progress "training" epoch 150)
   (if (= (% epoch 25) 0)
      (println "Epoch" epoch "loss" (stringf (torch_item loss) "%.4f"))))

; --- Test ----------------------------------------------------------------------------

; The share of rows whose largest output is the right digit.
(defun accuracy (rows)
   (setq guesses (torch_to_list (torch_argmax (torch_forward model (images rows)) 1 false)))
   (/ (sum (== guesses (torch_to_list (digits rows)))) (size rows)))

(torch_no_grad
   (println "Accuracy on the training rows:" (stringf (* 100 (accuracy training)) "%.1f %%"))
   (println "Accuracy on the held-out rows:" (stringf (* 100 (accuracy testing)) "%.1f %%")))
