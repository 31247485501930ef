"""Runaway recursion is an error that can be caught, wherever it runs through; nothing crashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OVERFLOW = "Error: stack overflow"

RUNAWAYS = {
    "plain": "(defun f (n) (+ 1 (f n)))",
    "with a default": "(defun f ((n 1)) (+ 1 (f)))",
    "default that calls": "(defun f (n (m (f 1))) n)",
    "rest": "(defun f ((() r)) (+ 1 (apply 'f r)))",
    "sort": "(defun f (n) (sort (\\(a b) (f n)) '(3 2 1)))",
    "map": "(defun f (n) (map 'f '(1 2)))",
    "fold": "(defun f (a (n 0)) (foldr 'f 0 '(1 2)))",
    "heap": "(defun f (a (b 0)) (heap 'f 3 2 1))",
    "eval": '(defun f (n) (+ 1 (eval "(f 1)")))',
}
NESTED = "(setq l '(1)) (setq k '(1)) (loopcount 100000 (setq l (list l)) (setq k (list k)))"
CYCLIC = "(setq l (list 1)) (push l l) (setq k (list 1)) (push k k)"
DEEP_DATA = {
    "= of nested lists": (NESTED, "(= l k)"),
    "< of nested lists": (NESTED, "(< l k)"),
    "+ of nested lists": (NESTED, "(+ l 1)"),
    "flatten": (NESTED, "(flatten l)"),
    "json": (NESTED, "(json l)"),
    "eval of nested lists": ("(setq l 1) (loopcount 100000 (setq l (list '+ 1 l)))", "(eval l)"),
    "= of lists in themselves": (CYCLIC, "(= l k)"),
    "sum of a list in itself": (CYCLIC, "(sum l)"),
    "a macro that grows": ("(defmacro m (x) (+ 1 (m (x))))", '(eval "(m 1)")'),
}


def run(source: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, as it would end one that it brought down."""
    code = "import sys; from lispe_core.interpreter import Interpreter\n"
    code += "Interpreter().evaluate(sys.argv[1])"
    return subprocess.run(
        [sys.executable, "-c", code, source], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_runaway_recursion_is_caught() -> None:
    """After each overflow the next program runs as if nothing had been."""
    source = " ".join(
        f'{definition} (println "{name}:" (maybe (f 1) (\\(m) m)))'
        for name, definition in RUNAWAYS.items()
    )
    done = run(source)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{name}: {OVERFLOW}" for name in RUNAWAYS]


def test_deep_data_is_refused_or_worked_on() -> None:
    source = " ".join(
        f'{data} (println "{name}:" (maybe (block {form} "done") (\\(m) m)))'
        for name, (data, form) in DEEP_DATA.items()
    )
    done = run(source)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{name}: {OVERFLOW}" for name in DEEP_DATA]


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("(defun f (n) (if (= n 0) 0 (+ 1 (f (- n 1))))) (println (f 10000))", "10000"),
        ("(defun f (n) (if (= n 0) 'end (f (- n 1)))) (println (f 10000000))", "end"),
        ("(setq l ()) (loopcount 1000000 (setq l (list l))) (setq l nil) (println 'gone)", "gone"),
        ("(println (size (string (^^ 9 100000))))", "95425"),
    ],
)
def test_what_is_promised_works(source: str, printed: str) -> None:
    """Recursion of 10,000 calls, ten million turns in tail position, huge values."""
    done = run(source)
    assert (done.returncode, done.stdout) == (0, printed + "\n"), done.stderr
