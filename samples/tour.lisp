; A tour of LispE and its tensors on one page.
;
; F5 runs the page from top to bottom. To walk instead of run, put the cursor on a form
; and press ctrl+r. All that is defined stays: play on with it at the prompt.


; --- Lists are arrays ----------------------------------------------------------------

(setq primes '(2 3 5 7 11))
(push primes 13)

(println "The third prime is" (@ primes 2) "and the last one" (@ primes -1))
(println "Squares:" (* primes primes))
(println "Sum:" (+ primes) "and on the way there:" (scanl1 '+ primes))
(println "Above four:" (filter '(> 4) primes))


; --- Functions -----------------------------------------------------------------------

(defun factorial (n)
   (if (< n 2)
      1
      (* n (factorial (- n 1)))))

(println "25! =" (factorial 25))                 ; integers have no size limit

; A lambda keeps the variables of the function that made it.
(defun counter (n)
   (λ () (+= n 1)))

(setq tick (counter 10))
(tick)
(println "The counter stands at" (tick))

; Functions are given to others by name or on the spot.
(println "Factorials:" (maplist 'factorial (iota 6)))
(println "Circles:" (maplist (λ (radius) (* _pi radius radius)) '(1 2 3)))


; --- Text and dictionaries -----------------------------------------------------------

(setq pangram "the quick brown fox jumps over the lazy dog")
(setq letters {})
(loop letter (join (split pangram " ") "")
   (+= (@ letters letter) 1))

(println (upper (left pangram 9)) "uses" (size letters) "letters, o is there" (@ letters "o") "times")


; --- Errors are values when they are caught --------------------------------------------

(println (catch (/ 1 0)))
(println (maybe (@ primes 99) "There is no prime 99 here"))


; --- Tensors -------------------------------------------------------------------------

; The first torch_ name loads PyTorch. Tensors print, add and index like lists.
(setq m (torch_tensor '((1.0 2.0) (3.0 4.0))))

(println "Shape" (torch_shape m) "corner" (@ m 1 1))
(println "Scaled:" (/ m (torch_max m)))
(println "Product:" (torch_matmul m m))


; --- A network learns the sine ---------------------------------------------------------

; One hidden layer of 32 units. Every torch_backward adds a point to the Loss panel (F3).
(torch_manual_seed 7)
(setq x (torch_reshape (torch_tensor (floats (range -3 3 0.05))) '(-1 1)))
(setq y (torch_sin x))
(setq model (torch_model 1 32 1))
(setq optimizer (torch_optimizer model 0.01 "adam"))

(loop step (iota 400)
   (setq loss (torch_mse_loss (torch_forward model x) y))
   (torch_optimizer_zero_grad optimizer)
   (torch_backward loss)
   (torch_optimizer_step optimizer)
   (if (= (% step 100) 0)
      (println "Step" step "loss" (stringf (torch_item loss) "%.5f"))))

; What it has learned, drawn sideways.
(loop point (rangein -3 3 0.5)
   (setq guess (torch_item (torch_forward model (torch_tensor (floats point)))))
   (println (stringf point "%5.1f") (+ (fill " " (integer (* 20 (+ 1 guess)))) "*")))
