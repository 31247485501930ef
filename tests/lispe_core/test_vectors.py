"""Long typed lists and matrices: NumPy's speed, the results of going through the elements."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter
from lispe_core.printer import display, type_name
from lispe_core.typed_lists import TypedList

LONG = """
(setq k (integers (iota 2000)))
(setq x (numbers (maplist (\\(v) (* 1.5 v)) k)))
(setq f (floats x))
(setq s (shorts (maplist (\\(v) (% v 100)) k)))
(setq m (rho 40 50 x))
(setq mk (rho 40 50 k))
(setq big (+ k 9223372036854770000))
(defun scaled (l a b) (maplist (\\(v) (/ (- v a) b)) l))
"""


FAULTS = """
import resource
from lispe_core.interpreter import Interpreter
interpreter = Interpreter()
interpreter.evaluate("(setq x (numbers (iota 1000000))) (defun run () (- (* x 2) 1))")
interpreter.evaluate("(loopcount 3 i (run))")
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
interpreter.evaluate("(loopcount 10 i (run))")
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
"""Counts the pages that the system clears for two lists of 8 MB, ten times."""


@pytest.fixture
def lisp() -> Interpreter:
    interpreter = Interpreter()
    interpreter.evaluate(LONG)
    return interpreter


@pytest.mark.parametrize(
    "operation",
    [
        *("(+ x k)", "(- k x)", "(* x 2)", "(/ k 4)", "(- 3 f)", "(* f f)", "(* s 2)", "(/ 1 k)"),
        *("(+ m m)", "(* m 2)", "(/ 1 m)", "(- mk m)", "(* mk mk)", "(- 1 mk)"),
        *("(maplist '(* 2) k)", "(maplist (\\(v) (- 1 v)) x)", "(maplist '- x)", "(maplist '+ k)"),
        *("(maplist (\\(v) (/ (+ v v) 2)) k)", "(scaled x 2 4)", "(scaled k 2 4.5)"),
        *("(maplist (\\(v) (- (* v 2) 1)) x)", "(maplist (\\(v) (* 3 (+ v 1))) k)"),
        *("(maplist (\\(v) (/ (- v 2) 4)) k)", "(maplist (\\(v) (* (+ v 1) 0.5)) k)"),
        *("(maplist (\\(v) (- 1 (* 2 v))) s)", "(maplist (\\(v) (+ (* v v) v)) f)"),
        *("(zipwith '+ x k)", "(zipwith '/ k k)", "(zipwith (\\(a b) (- (* b 2) a)) x f)"),
        *("(scan '+ k)", "(scan '+ f)", "(scan '* x)", "(scan '+ s)"),
        *("(. '+ '* k k)", "(reduce (\\(a b) (+ a (* b b))) k)"),
    ],
)
def test_long_lists_and_short_ones_agree(lisp: Interpreter, operation: str) -> None:
    """The first elements are what the same operation gives for a short list of them."""
    long = lisp.evaluate(operation)
    for name in ("k", "x", "f", "s"):
        lisp.evaluate(f"(setq {name} (@@ {name} 0 60))")
    lisp.evaluate("(setq m (rho 1 50 x)) (setq mk (rho 1 50 k))")
    short = lisp.evaluate(operation)
    if isinstance(short, int):
        assert (short, long) == (sum(n * n for n in range(1, 61)), sum(n * n for n in range(2001)))
        return
    assert type_name(long) == type_name(short)
    assert isinstance(long[0], TypedList) or list(long[:60]) == list(short)
    assert display(long[0]) == display(short[0])


def test_integers_keep_their_value_where_numpy_would_wrap(lisp: Interpreter) -> None:
    lowest = 9223372036854770001
    assert lisp.evaluate("(@ (+ big big) 0)") == 2 * lowest
    assert lisp.evaluate("(@ (maplist '(* 3) big) 0)") == 3 * lowest
    assert lisp.evaluate("(@ (maplist (\\(v) (- (* v 3) 1)) big) 0)") == 3 * lowest - 1
    assert lisp.evaluate("(@ (zipwith '+ big big) 0)") == 2 * lowest
    assert lisp.evaluate("(@ (scan '+ big) 1)") == 2 * lowest + 1
    assert lisp.evaluate("(// '+ big)") == sum(range(lowest, lowest + 2000))
    assert lisp.evaluate("(. '+ '* big big)") == sum(
        (n + 9223372036854770000) ** 2 for n in range(1, 2001)
    )


def test_negative_integers_keep_their_value_too(lisp: Interpreter) -> None:
    lisp.evaluate("(setq low (- 0 big))")
    assert lisp.evaluate("(@ (+ low low) 0)") == -2 * 9223372036854770001
    assert lisp.evaluate("(@ (- low low) 0)") == 0
    assert lisp.evaluate("(@ (* (- 0 k) 3) 1999)") == -6000


def test_the_operands_of_a_formula_stay_as_they_are(lisp: Interpreter) -> None:
    lisp.evaluate("(setq before (clone x)) (maplist (\\(v) (- (* v 2) v)) x)")
    lisp.evaluate("(zipwith (\\(a b) (+ a (* b 2))) x x)")
    assert lisp.evaluate("(= x before)")


def test_lists_of_different_sizes_are_not_paired(lisp: Interpreter) -> None:
    with pytest.raises(LispError, match="the same size"):
        lisp.evaluate("(zipwith '+ x (@@ x 0 1000))")


def test_a_fold_of_whole_numbers_and_of_text(lisp: Interpreter) -> None:
    assert lisp.evaluate("(// '+ k)") == 2001000
    assert lisp.evaluate('(// \'+ (list "a" 1 2.5))') == "a12.5"
    assert lisp.evaluate("(scan '- (list 5 2 1))") == [5, 3, 2]


@pytest.mark.parametrize("form", ["(/ x 0)", "(/ k (- k k))", "(/ m 0)", "(maplist '(/ _ 0) x)"])
def test_division_by_zero_stays_an_error(lisp: Interpreter, form: str) -> None:
    with pytest.raises(LispError, match="division by zero"):
        lisp.evaluate(form)


def test_not_a_number_and_infinity_divide_as_numbers_do(lisp: Interpreter) -> None:
    lisp.evaluate("(setq i (* x 1e308)) (setq y (/ (* i 10) i))")
    assert lisp.evaluate("(size y)") == 2000
    assert display(lisp.evaluate("(@ y 1999)")) == "nan"


def test_a_matrix_whose_row_has_grown_is_still_combined(lisp: Interpreter) -> None:
    lisp.evaluate("(push (@ m 0) 7.0)")
    assert lisp.evaluate("(size (@ (+ m 1) 0))") == 51
    assert lisp.evaluate("(@ (+ m 1) 0 50)") == 8
    assert lisp.evaluate("(sum m)") == lisp.evaluate("(+ (sum x) 7)")


def test_inner_products_follow_the_shapes(lisp: Interpreter) -> None:
    assert display(lisp.evaluate("(rho (. '+ '* m (transpose m)))")) == "(40 40)"
    assert display(lisp.evaluate("(type (. '+ '* mk (transpose mk)))")) == "matrix_integer_"
    assert lisp.evaluate("(@ (. '+ '* mk (@ mk 0)) 0)") == sum(n * n for n in range(1, 51))
    with pytest.raises(LispError, match="same size"):
        lisp.evaluate("(. '+ '* k (integers 1 2))")


def test_texts_beside_a_long_list_are_refused(lisp: Interpreter) -> None:
    with pytest.raises(LispError):
        lisp.evaluate('(scaled x "a" 2)')


@pytest.mark.skipif(sys.platform != "linux", reason="what the C library keeps is its own affair")
def test_the_memory_of_lists_that_are_gone_is_used_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) < 4000
