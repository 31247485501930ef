; Functions by patterns, types of data, classes and threads on one page.

; --- Types of data, and functions that take them apart ---------------------------------

(data@ Expression
   [Number _]
   [Sum Expression Expression]
   [Product Expression Expression]
   [Variable string_])

; A definition for each form of the argument. What carries a type is tried first.
(defpat derived ([Number _] _) (Number 0))
(defpat derived ([Variable x] x) (Number 1))
(defpat derived ([Variable _] _) (Number 0))
(defpat derived ([Sum a b] x) (Sum (derived a x) (derived b x)))
(defpat derived ([Product a b] x)
   (Sum (Product (derived a x) b) (Product a (derived b x))))

; An inner pattern must match as well.
(defpat reduced ([Sum a b]) (added (reduced a) (reduced b)))
(defpat reduced ([Product a b]) (multiplied (reduced a) (reduced b)))
(defpat reduced (other) other)

(defpat added ([Number a] [Number b]) (Number (+ a b)))
(defpat added ([Number 0] other) other)
(defpat added (other [Number 0]) other)
(defpat added (a b) (Sum a b))

(defpat multiplied ([Number 0] _) (Number 0))
(defpat multiplied (_ [Number 0]) (Number 0))
(defpat multiplied ([Number 1] other) other)
(defpat multiplied (other [Number 1]) other)
(defpat multiplied (a b) (Product a b))

(defpat text ([Number n]) (string n))
(defpat text ([Variable x]) x)
(defpat text ([Sum a b]) (+ "(" (text a) " + " (text b) ")"))
(defpat text ([Product a b]) (+ (text a) "*" (text b)))

(setq formula (Sum (Product (Variable "x") (Variable "x")) (Product (Number 3) (Variable "x"))))
(println "f(x) =" (text formula))
(println "f'(x) =" (text (reduced (derived formula "x"))))


; --- Patterns of lists, dictionaries and numbers ---------------------------------------

(defpat tell ([integer_ (< x 0)]) "a negative number")
(defpat tell ([integer_ _]) "a whole number")
(defpat tell ({"name":name "born":[integer_ year] $:_}) (+ name ", born in " (string year)))
(defpat tell ([first $ rest]) (+ (string first) " and " (string (size rest)) " more"))
(defpat tell ([rgx "%d+-%d+" s]) (+ "a range: " s))
(defpat tell (_) "something else")

(loop it (list -4 12 {"name":"Ada" "born":1815} '(1 2 3) "10-20" ())
   (println it "is" (tell it)))


; --- A search that goes back where it fails ---------------------------------------------

(defun is_safe (column columns)
   (loopcount (size columns) i
      (setq distance (- (size columns) i))
      (setq other (@ columns i))
      (if (or (= other column) (= (iabs (- other column)) distance))
         (return nil)))
   true)

; Queens on a board: the next column, or the next row with what fits.
(defpred queens (n columns _) (= (size columns) n) columns)
(defpred queens (n columns column)
   (< column n)
   (is_safe column columns)
   (queens n (consb columns column) 0))
(defpred queens (n columns column)
   (< column n)
   (queens n columns (+ column 1)))

(println "Eight queens stand in the columns" (queens 8 () 0))


; --- Classes ------------------------------------------------------------------------------

(class@ Account (owner (balance 0))
   (defun deposit (amount) (+= balance amount))
   (defun withdraw (amount)
      (if (> amount (limit)) (throw (+ owner " has only " (string (limit)))))
      (+= balance (- amount)))
   (defun limit () balance))

(class@ Credit ((credit 100)) (from@ Account)
   (defun limit () (+ credit (from@ Account (limit)))))

(setq ann (Account "Ann"))
(println "Ann has" (ann (deposit 50) (withdraw 20)))
(println (catch (ann (withdraw 500))))

(setq bob (Credit 100 "Bob"))
(println "Bob has" (bob (withdraw 60)) "of" bob)


; --- Threads --------------------------------------------------------------------------------

; Each call starts a thread with copies of its arguments.
(threadspace (seth total 0))
(dethread count_letters (word)
   (threadspace (+= total (size word))))

(loop word (split "the quick brown fox" " ")
   (count_letters word))
(wait)
(println "The threads have counted" (threadspace total) "letters")
