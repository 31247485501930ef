; Distributions: how many values, of which kind, and between which bounds.

(type (uniform_distribution 3))    ; => numbers_
(size (uniform_distribution 0))    ; => 0
(setq u (uniform_distribution 200 5 6))    ; => true
(and (>= (min u) 5) (< (max u) 6)) ; => true
(< 4 (/ (sum (normal_distribution 2000 5 0.1)) 2000) 6)    ; => true
(normal_distribution 2 5 0)        ; => (5 5)
(> (min (lognormal_distribution 50)) 0)         ; => true
(size (cauchy_distribution 3 0 1)) ; => 3
(> (min (gamma_distribution 50 2 1)) 0)         ; => true
(> (min (weibull_distribution 50 2 1)) 0)       ; => true
(size (extreme_value_distribution 3))           ; => 3
(> (min (fisher_distribution 50 3 4)) 0)        ; => true
(> (min (exponential_distribution 50 2)) 0)     ; => true
(> (min (chi_squared_distribution 50 2)) 0)     ; => true
(size (student_distribution 3 5))  ; => 3
(type (binomial_distribution 3 10 0.5))         ; => integers_
(binomial_distribution 2 10 1)     ; => (10 10)
(>= (min (negative_binomial_distribution 50 2 0.5)) 0)     ; => true
(bernoulli_distribution 3 1)       ; => (1 1 1)
(bernoulli_distribution 3 0)       ; => (0 0 0)
(geometric_distribution 2 1)       ; => (0 0)
(>= (min (poisson_distribution 50 3)) 0)        ; => true
(discrete_distribution 3 '(0 0 1)) ; => (2 2 2)
(setq p (piecewise_constant_distribution 50 '(0 1 2) '(0 1)))    ; => true
(and (>= (min p) 1) (<= (max p) 2))    ; => true
(setq p (piecewise_linear_distribution 50 '(0 1 2) '(1 2 1)))    ; => true
(and (>= (min p) 0) (<= (max p) 2))    ; => true
(poisson_distribution 3 -1)        ; error: Error: there is no poisson distribution with -1
(bernoulli_distribution 3 2)       ; error: Error: there is no bernoulli distribution with 2
(exponential_distribution 3 0)     ; error: Error: there is no exponential distribution with 0
(discrete_distribution 3 '(0 0))   ; error: Error: weights are numbers that are not negative, and not all of them zero
(piecewise_linear_distribution 3 '(0 1) '(1))    ; error: Error: the weights of a piecewise distribution do not fit its bounds
(normal_distribution 'a)           ; error: Error: the number of draws is a whole number from 0 on, not 'a'
(size (shuffle (integers 1 2 3)))  ; => 3
(type (shuffle (integers 1 2 3)))  ; => integers_
(setq kept '(1 2 3 4 5 6 7 8 9))   ; => true
(setq other kept)                  ; => true
(size (loopcount 9 (shuffle kept))) ; => 9
(= other '(1 2 3 4 5 6 7 8 9))     ; => nil
(sort '< other)                    ; => (1 2 3 4 5 6 7 8 9)
(size (shuffle (llist 1 2 3)))     ; => 3
(size (shuffle "abc"))             ; => 3
(defun pick () (random_choice 1 '(a b c) 4)) ; =>
(size (unique (maplist (λ (i) (pick)) (iota 99)))) ; => 3
(random_choice 1 '("a") 4)         ; => a
(type (random_choice 1 '((a b)) 4)) ; => list_
(random_choice 1 '((a b)) 4)       ; => (a b)
(random_choice 2 () 1)             ; error: Error: there is nothing to choose from
(maplist 'random '(1 1 1))         ; => (0 0 0)
(random 0.5)                       ; => 0
(piecewise_constant_distribution 3 '(a b) '(1)) ; error: Error: the pieces of a piecewise distribution have no area to draw from
(piecewise_linear_distribution 3 '(0 0) '(1 1)) ; error: Error: the pieces of a piecewise distribution have no area to draw from
(piecewise_constant_distribution 3 'a 'b)       ; error: Error: the weights of a piecewise distribution do not fit its bounds
(piecewise_constant_distribution 3 (list 0 (exp 1000)) '(1)) ; error: Error: the weights of a piecewise distribution do not fit its bounds
