; Train a network to read handwritten digits in as many processes as there are.
;
;    lispe-workbench --run train_distributed.lisp
;    torchrun --nproc-per-node 2 -m -- workbench --run train_distributed.lisp
;
; Shows the calls that make a program data-parallel: each process trains a copy of the network on
; its share of every epoch's batches, gradients are averaged, and the first process alone prints.
; The source of the images is in data/README.

(use 'lispe_torch)
(torch_distributed_init)
(torch_manual_seed 1)

; --- Data ----------------------------------------------------------------------------

(setq lines (split (fread (+ _current "data/digits.csv")) "\n"))
(setq table (torch_reshape (torch_tensor (integers (split (join lines ",") ","))) '(-1 65)))
(setq pixels (/ (torch_to_dtype (torch_tensor_slice table 1 0 64) "float32") 16))
(setq digits (torch_select table 1 64))

; Rows are chosen by their numbers; each process gets every n-th batch of them.
(setq rows (iota0 (size lines)))
(setq batches (torch_distributed_shard (torch_data_loader rows 32 {"shuffle":true})))

; --- Training ------------------------------------------------------------------------

(setq model (torch_distributed_wrap (torch_model 64 96 10)))
(setq optimizer (torch_optimizer model 0.005 "adam"))

(loop epoch (iota 6)
   (setq total 0)
   (loop chosen batches
      (setq loss (torch_crossentropy_loss
         (torch_forward model (torch_index_select pixels 0 chosen))
         (torch_index_select digits 0 chosen)))
      (torch_optimizer_zero_grad optimizer)
      (torch_backward loss)
      (torch_optimizer_step optimizer)
      (+= total (torch_item loss)))
   ; The mean over all processes, which is that of the whole epoch.
   (setq mean (torch_distributed_all_reduce (torch_tensor (/ total (size batches)))))
   (println "Epoch" epoch "loss" (stringf (torch_item mean) "%.3f")))

; --- Result --------------------------------------------------------------------------

(torch_no_grad
   (println "Accuracy:" (stringf (* 100 (torch_accuracy (torch_forward model pixels) digits)) "%.1f %%")))
(torch_distributed_finish)
