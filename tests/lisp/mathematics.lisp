; Mathematics, random numbers and dates.

(sqrt 64)                          ; => 8
(type (sqrt 64))                   ; => number_
(sqrt "16")                        ; => 4
(sqrt '(4 9))                      ; => (2 3)
(type (sqrt (integers 4 9)))       ; => numbers_
(type (sqrt (floats 4 9)))         ; => floats_
(sqrt -1)                          ; => nan
(log 0)                            ; => -inf
(exp 1000)                         ; => inf
(exp 1)                            ; => 2.71828
(round 2.5)                        ; => 3
(round -2.5)                       ; => -3
(round 3.14159 100)                ; => 3.14
(floor -1.5)                       ; => -2
(ceil 1.2)                         ; => 2
(trunc -1.7)                       ; => -1
(iabs -3)                          ; => 3
(type (iabs -3))                   ; => integer_
(fabs -3)                          ; => 3
(type (fabs -3))                   ; => number_
(gcd 12 18)                        ; => 6
(cosine '(1 0) '(1 1))             ; => 0.707107
(radian 180)                       ; => 3.14159
_pi                                ; => 3.14159
π                                  ; => 3.14159
(+ _tau 0)                         ; => 6.28319
(sqrt nil)                         ; error: Error: a number is expected

(random 1)                         ; => 0
(random 0)                         ; => 0
(< (random 10) 10)                 ; => true
(sort '< (shuffle '(3 1 2)))       ; => (1 2 3)
(size (random_choice 5 '(1 2 3) 7)) ; => 5
(size (uniform_distribution 4 2 3))    ; => 4
(binomial_distribution 2 5 1)      ; => (5 5)

(setdate 2024 1 2 3 4 5)           ; => 2024/01/02 03:04:05
(list (setdate 2024 1 2 3 4 5))    ; => ("2024/01/02 03:04:05")
(setq d (setdate 2024 1 2 3 4 5))
(year d)                           ; => 2024
(month d)                          ; => 1
(year d 2020)                      ; => 2020/01/02 03:04:05
d                                  ; => 2020/01/02 03:04:05
(weekday (setdate 2024 1 2))       ; => 2
(yearday (setdate 2024 2 1))       ; => 31
(< (setdate 2024 1 2) (setdate 2025 1 2))    ; => true
(- (setdate 2024 1 2) 1)           ; error: Error: cannot evaluate '-' with these operands
(< (- (chrono) (chrono)) 1000)     ; => true
(type (elapse (sleep 1)))          ; => number_

(list (acos 1) (acosh 1) (asin 0) (asinh 0))    ; => (0 0 0 0)
(list (atan 1) (atanh 0.5) (cbrt -27))          ; => (0.785398 0.549306 -3)
(list (cos 0) (sin (/ _pi 2)) (tan 0))          ; => (1 1 0)
(list (cosh 0) (sinh 1) (tanh 1))               ; => (1 1.1752 0.761594)
(list (erf 1) (erfc 1))                         ; => (0.842701 0.157299)
(list (exp2 10) (expm1 1) (log1p 1))            ; => (1024 1.71828 0.693147)
(list (log10 1000) (log2 8) (logb 10))          ; => (3 3 3)
(list (lgamma 10) (tgamma 6))                   ; => (12.8018 120)
(list (nearbyint 2.5) (rint 3.5))               ; => (2 4)
(list (degree _pi) (radian 180))                ; => (180 3.14159)
(acos 2)                                        ; => nan
(atanh 1)                                       ; => inf
; A program may have a function of its own by a library function's name.
(defun distance (a b) (iabs (- a b)))  ; =>
(list (distance 2 5) (iabs -2.5) (iabs '(1 -2)) (iabs (integers -3))) ; => (3 2.5 (1 2) (3))
(distance "a" "b")                     ; error: Error: cannot evaluate '-' with these operands
(iabs "text")                          ; => 0
(defun iabs (x) (list "mine" x))       ; =>
(distance 2 5)                         ; => ("mine" -3)
