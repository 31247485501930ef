"""Typed lists and matrices against NumPy: the same arithmetic on a million elements, interleaved.

Integers cost more than NumPy's: their results are exact, so each operand's extent is looked at
first. A matrix that NumPy computed gets its rows when one is looked at, as in ``rows``: then each
has a buffer of its own.

Usage: python benchmarks/numeric_lists.py [rounds]
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy

from lispe_core import context
from lispe_core.interpreter import Interpreter

COUNT = 1_000_000
DATA = f"""
(setq x (numbers (maplist '(* 1.5) (iota {COUNT}))))
(setq y (+ x 1.25))
(setq k (integers (iota {COUNT})))
(setq m (rho 1000 {COUNT // 1000} x))
(setq n (rho 1000 {COUNT // 1000} y))
(setq rows (rho 1000 {COUNT // 1000} x))
(@ rows 0)
"""
X = numpy.arange(1, COUNT + 1) * 1.5
Y = X + 1.25
K = numpy.arange(1, COUNT + 1)
M, N = X.reshape(1000, -1), Y.reshape(1000, -1)

PROGRAMS: list[tuple[str, Callable[[], Any]]] = [
    ("(+ x y)", lambda: X + Y),
    ("(- x y)", lambda: X - Y),
    ("(* x y)", lambda: X * Y),
    ("(/ x y)", lambda: X / Y),
    ("(+ x 1)", lambda: X + 1),
    ("(sum x)", lambda: X.sum()),
    ("(maplist '(* 2) x)", lambda: 2 * X),
    (r"(maplist (\(v) (- (* v 2) 1)) x)", lambda: X * 2 - 1),
    ("(maplist '- x)", lambda: -X),
    ("(zipwith '+ x y)", lambda: X + Y),
    (r"(zipwith (\(v w) (+ v (* w 2))) x y)", lambda: X + Y * 2),
    ("(// '+ x)", lambda: X.sum()),
    ("(scan '+ x)", lambda: X.cumsum()),
    ("(. '+ '* x y)", lambda: X @ Y),
    ("(+ k k)", lambda: K + K),
    ("(* k 3)", lambda: K * 3),
    ("(sum k)", lambda: K.sum()),
    ("(+ m n)", lambda: M + N),
    ("(* m 2)", lambda: M * 2),
    ("(sum m)", lambda: M.sum()),
    ("(. '+ '* m n)", lambda: M @ N),
    ("(+ rows n)", lambda: M + N),
    ("(* rows 2)", lambda: M * 2),
    ("(sum rows)", lambda: M.sum()),
]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    interpreter = Interpreter()
    interpreter.evaluate(DATA)
    context.enter(interpreter.context)
    for lisp, python in PROGRAMS:
        interpreter.evaluate(f"(defun run () {lisp})")
        run = interpreter.namespace.globals["f_run"]
        times: dict[str, list[float]] = {"lisp": [], "numpy": []}
        engines = [("lisp", run), ("numpy", python)]
        for _ in range(rounds):
            random.shuffle(engines)
            for name, engine in engines:
                start = time.perf_counter()
                engine()
                times[name].append(time.perf_counter() - start)
        ours, theirs = (statistics.median(times[name]) * 1000 for name in ("lisp", "numpy"))
        print(f"{lisp:38} {theirs:8.2f} ms {ours / theirs:6.1f}")


if __name__ == "__main__":
    main()
