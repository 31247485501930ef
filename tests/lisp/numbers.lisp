; Mathematics and random numbers.

(fabs -1)                          ; => 1
(type (fabs -1))                   ; => number_
(type (iabs -1))                   ; => integer_
(type (sqrt 4))                    ; => number_
(sqrt "16")                        ; => 4
(sqrt '(4 9))                      ; => (2 3)
(type (sqrt (floats 4 9)))         ; => floats_
(type (sqrt (integers 4 9)))       ; => numbers_
(round 2.5)                        ; => 3
(round -2.5)                       ; => -3
(round 3.14159 100)                ; => 3.14
(list (√ 4) (∛ 8))                 ; => (2 2)
(list (gcd 12 18) (hcf 12 18))     ; => (6 6)
(cosine (floats 1 0) (floats 1 1)) ; => 0.707107
(log 0)                            ; => -inf
(sqrt -1)                          ; => nan
(list _pi π _tau τ _e ℯ _phi ϕ)    ; => (3.14159 3.14159 6.28319 6.28319 2.71828 2.71828 1.61803 1.61803)
(ceil 1.2)                         ; => 2
(ceiling 1.2)                      ; => 2
(abs -3)                           ; => 3
(random 0)                         ; => 0
(random -5)                        ; => 0
(size (shuffle '(1 2 3)))          ; => 3
(size (random_choice 5 '(1 2 3) 4)) ; => 5
(size (uniform_distribution 5))    ; => 5
(size (uniform_distribution 5 1 2)) ; => 5
(uniform_distribution -1)          ; error: Error: the number of draws is a whole number from 0 on, not '-1'

; Numbers of many digits are written in a time that can be waited for.
(size (string (<< 1 3000000)))     ; => 903090
(< (elapse (string (<< 1 3000000))) 5000) ; => true
(@@ (string (- (<< 1 110000))) 0 6) ; => -19930
(= (integer (string (<< 1 110000))) (<< 1 110000)) ; => true
(^^ 2 100000000000)                ; error: Error: number too large
(<< 1 100000000000)                ; error: Error: number too large
(^^ -1 100000000001)               ; => -1
(<< 0 100000000000)                ; => 0
