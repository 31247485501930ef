"""How long reading and compiling a long program takes, for every step of it.

The program has functions of all usual forms; nothing of it runs but the definitions.

Usage: python benchmarks/long_program.py [lines]
"""

from __future__ import annotations

import sys
import time

from lispe_core.interpreter import Interpreter
from lispe_core.reader import read

FUNCTION = """\
(defun work_{n} (values limit)
   ; the elements below the limit, counted and joined
   (setq total 0)
   (setq names {{}})
   (loop value values
      (if (< value limit)
         (block
            (+= total (* value {n}))
            (set@ names (string value) (list value "text {n}" 'atom)))
         (check (= (% value 2) 0)
            (println "large:" value))))
   (cond
      ((> total 100) (maplist (\\(x) (+ x {n})) values))
      ((and (= total 0) (not (size names))) nil)
      (true
         (let ((first (@ values 0)) (second (- limit 1)))
            (work_{n} (filterlist '(< 3) values) (+ first second))))))

(setq result_{n} (list {n} (+ {n} 1) '(a b c)))
(setq table_{n} {{"a":1 "b":(list 1 2)}})
"""


def program(lines: int) -> str:
    """A program of about that many lines."""
    parts: list[str] = []
    count = 0
    while count < lines:
        parts.append(FUNCTION.format(n=len(parts)))
        count += parts[-1].count("\n")
    return "".join(parts)


def main(lines: int) -> None:
    """Print the seconds of processor time for reading alone, and for reading and compiling."""
    source = program(lines)
    start = time.process_time()
    read(source, "long.lisp")
    reading = time.process_time() - start
    interpreter = Interpreter()
    start = time.process_time()
    interpreter.evaluate(source, "long.lisp")
    whole = time.process_time() - start
    print(f"{source.count(chr(10))} lines, {len(source) / 1000:.0f} kB")
    print(f"read      {reading:6.2f} s")
    print(f"compiled  {whole:6.2f} s, reading included")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
