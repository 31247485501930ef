"""Lisp against plain Python: the same small programs in both, interleaved, medians compared.

Usage: python benchmarks/language.py [rounds]
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

from lispe_core.interpreter import Interpreter


class Program(NamedTuple):
    """One program: its Lisp definition, the call, and the same in Python."""

    name: str
    lisp: str
    call: str
    python: Callable[[], Any]


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def tak(x: int, y: int, z: int) -> int:
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


def while_sum(count: int) -> int:
    i, total = 0, 0
    while i < count:
        i = i + 1
        total = total + i
    return total


def build_and_sort(count: int) -> int:
    values = []
    seed = 42
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % 2147483648
        values.append(seed)
    values.sort()
    return values[0]


def build_text(count: int) -> int:
    text = ""
    for i in range(count):
        text = text + "ab" + str(i)
    return len(text)


def update_dictionary(count: int) -> int:
    counts: dict[str, int] = {}
    keys = ["k" + str(i) for i in range(100)]
    for i in range(count):
        key = keys[i % 100]
        counts[key] = counts.get(key, 0) + 1
    return counts["k7"]


def mandelbrot(width: int, height: int) -> int:
    inside = 0
    for row in range(height):
        for column in range(width):
            cr = column * 3.0 / width - 2.0
            ci = row * 2.0 / height - 1.0
            zr = zi = 0.0
            i = 0
            while i < 30 and zr * zr + zi * zi < 4.0:
                new = zr * zr - zi * zi + cr
                zi = 2.0 * zr * zi + ci
                zr = new
                i = i + 1
            if i == 30:
                inside = inside + 1
    return inside


def pipeline(count: int) -> int:
    squares = list(map(lambda x: x * x, range(count)))
    even = list(filter(lambda x: x % 2 == 0, squares))
    return reduce(lambda total, x: total + x, even, 0)


def queens(size: int) -> int:
    def place(row: int, columns: list[int]) -> int:
        if row == size:
            return 1
        count = 0
        for column in range(size):
            if safe(row, column, columns):
                columns.append(column)
                count = count + place(row + 1, columns)
                columns.pop()
        return count

    def safe(row: int, column: int, columns: list[int]) -> bool:
        for i in range(row):
            other = columns[i]
            if other == column or abs(other - column) == row - i:
                return False
        return True

    return place(0, [])


class Number:
    """A number in a term."""

    __match_args__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Sum:
    """A sum of two terms."""

    __match_args__ = ("left", "right")

    def __init__(self, left: Any, right: Any) -> None:
        self.left = left
        self.right = right


class Product(Sum):
    """A product of two terms."""


def derived(term: Any) -> Any:
    match term:
        case Number(_):
            return Number(0)
        case "x":
            return Number(1)
        case Sum(left, right) if type(term) is Sum:
            return Sum(derived(left), derived(right))
        case Product(left, right):
            return Sum(Product(derived(left), right), Product(left, derived(right)))


def reduced(term: Any) -> Any:
    match term:
        case Sum(left, right) if type(term) is Sum:
            return added(reduced(left), reduced(right))
        case Product(left, right):
            return multiplied(reduced(left), reduced(right))
        case other:
            return other


def added(left: Any, right: Any) -> Any:
    match left, right:
        case Number(a), Number(b):
            return Number(a + b)
        case Number(0), other:
            return other
        case other, Number(0):
            return other
        case first, second:
            return Sum(first, second)


def multiplied(left: Any, right: Any) -> Any:
    match left, right:
        case Number(a), Number(b):
            return Number(a * b)
        case Number(0), _:
            return Number(0)
        case Number(1), other:
            return other
        case other, Number(1):
            return other
        case first, second:
            return Product(first, second)


def counted(term: Any) -> int:
    match term:
        case Number(_):
            return 1
        case str():
            return 1
        case Sum(left, right):
            return 1 + counted(left) + counted(right)
    return 0


def derive(depth: int) -> int:
    term: Any = "x"
    for i in range(depth):
        term = Sum(Product(term, Number(i)), Product("x", term))
    return counted(reduced(derived(term)))


def commands_of(count: int) -> list[Any]:
    kinds: list[Any] = [["add", 7], ["multiply", 3], {"set": 5}, 12, ["swap", 4, 9], "halve", 0]
    return [kinds[i % 7] for i in range(count)]


def run_machine(count: int) -> int:
    state: Any = 1
    for command in commands_of(count):
        state = stepped(command, state)
    return int(state)


def stepped(command: Any, state: Any) -> Any:
    match command:
        case 0:
            return 1
        case int() as number if number > 10:
            return state + number
        case "halve":
            return state // 2
        case ["add", number]:
            return state + number
        case ["multiply", number]:
            return state * number % 1009
        case ["swap", first, second] if first < second:
            return state + second - first
        case {"set": number}:
            return state + number
        case _:
            return 0


PROGRAMS = [
    Program(
        "fib 25",
        "(defun fib (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))",
        "(fib 25)",
        lambda: fib(25),
    ),
    Program(
        "tak 22 14 7",
        """(defun tak (x y z)
             (if (>= y x) z
                 (tak (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y))))""",
        "(tak 22 14 7)",
        lambda: tak(22, 14, 7),
    ),
    Program(
        "while, sum",
        """(defun while_sum (count)
             (setq i 0)
             (setq total 0)
             (while (< i count)
               (setq i (+ i 1))
               (setq total (+ total i)))
             total)""",
        "(while_sum 300000)",
        lambda: while_sum(300000),
    ),
    Program(
        "build and sort a list",
        """(defun build_and_sort (count)
             (setq values ())
             (setq seed 42)
             (loopcount count
               (setq seed (% (+ (* seed 1103515245) 12345) 2147483648))
               (push values seed))
             (sort '< values)
             (car values))""",
        "(build_and_sort 50000)",
        lambda: build_and_sort(50000),
    ),
    Program(
        "build a text",
        """(defun build_text (count)
             (setq text "")
             (loopcount count i
               (setq text (+ text "ab" (string i))))
             (size text))""",
        "(build_text 20000)",
        lambda: build_text(20000),
    ),
    Program(
        "update a dictionary",
        """(defun update_dictionary (count)
             (setq counts {})
             (setq names (maplist (\\(i) (+ "k" (string i))) (range 0 100 1)))
             (loopcount count i
               (+= (@ counts (@ names (% i 100))) 1))
             (@ counts "k7"))""",
        "(update_dictionary 200000)",
        lambda: update_dictionary(200000),
    ),
    Program(
        "mandelbrot",
        """(defun mandelbrot (width height)
             (setq inside 0)
             (loopcount height row
               (loopcount width column
                 (setq cr (- (/ (* column 3.0) width) 2.0))
                 (setq ci (- (/ (* row 2.0) height) 1.0))
                 (setq zr 0.0)
                 (setq zi 0.0)
                 (setq i 0)
                 (while (and (< i 30) (< (+ (* zr zr) (* zi zi)) 4.0))
                   (setq new (+ (- (* zr zr) (* zi zi)) cr))
                   (setq zi (+ (* 2.0 zr zi) ci))
                   (setq zr new)
                   (setq i (+ i 1)))
                 (if (= i 30) (setq inside (+ inside 1)))))
             inside)""",
        "(mandelbrot 150 100)",
        lambda: mandelbrot(150, 100),
    ),
    Program(
        "higher-order pipeline",
        """(defun pipeline (count)
             (foldl '+ 0
               (filterlist (\\(x) (= (% x 2) 0))
                 (maplist (\\(x) (* x x)) (range 0 count 1)))))""",
        "(pipeline 200000)",
        lambda: pipeline(200000),
    ),
    Program(
        "n-queens",
        """(defun safe (row column columns)
             (loopcount row i
               (setq other (@ columns i))
               (if (or (= other column) (= (iabs (- other column)) (- row i)))
                   (return nil)))
             true)
           (defun place (row columns n)
             (if (= row n) 1
                 (block
                   (setq count 0)
                   (loopcount n column
                     (check (safe row column columns)
                       (push columns column)
                       (setq count (+ count (place (+ row 1) columns n)))
                       (pop columns)))
                   count)))
           (defun queens (n) (place 0 () n))""",
        "(queens 8)",
        lambda: queens(8),
    ),
    Program(
        "patterns: a derivative",
        """(data@ [Number _] [Sum _ _] [Product _ _])
           (defpat derived ([Number n]) (Number 0))
           (defpat derived ('x) (Number 1))
           (defpat derived ([Sum a b]) (Sum (derived a) (derived b)))
           (defpat derived ([Product a b])
             (Sum (Product (derived a) b) (Product a (derived b))))
           (defpat reduced ([Sum a b]) (added (reduced a) (reduced b)))
           (defpat reduced ([Product a b]) (multiplied (reduced a) (reduced b)))
           (defpat reduced (other) other)
           (defpat added ([Number a] [Number b]) (Number (+ a b)))
           (defpat added ([Number 0] other) other)
           (defpat added (other [Number 0]) other)
           (defpat added (a b) (Sum a b))
           (defpat multiplied ([Number a] [Number b]) (Number (* a b)))
           (defpat multiplied ([Number 0] _) (Number 0))
           (defpat multiplied ([Number 1] other) other)
           (defpat multiplied (other [Number 1]) other)
           (defpat multiplied (a b) (Product a b))
           (defpat counted ([Number _]) 1)
           (defpat counted ([atom_ _]) 1)
           (defpat counted ([Sum a b]) (+ 1 (counted a) (counted b)))
           (defpat counted ([Product a b]) (+ 1 (counted a) (counted b)))
           (defun derive (depth)
             (setq term 'x)
             (loopcount depth i
               (setq term (Sum (Product term (Number i)) (Product 'x term))))
             (counted (reduced (derived term))))""",
        "(derive 11)",
        lambda: derive(11),
    ),
    Program(
        "patterns: commands",
        """(defun commands_of (count)
             (setq kinds (list '("add" 7) '("multiply" 3) {"set":5} 12 '("swap" 4 9) "halve" 0))
             (maplist (\\(i) (@ kinds (% i 7))) (range 0 count 1)))
           (defpat stepped (0 _) 1)
           (defpat stepped ([integer_ (> number 10)] state) (+ state number))
           (defpat stepped ("halve" state) (>> state 1))
           (defpat stepped (["add" number] state) (+ state number))
           (defpat stepped (["multiply" number] state) (% (* state number) 1009))
           (defpat stepped (["swap" first [> second first]] state)
             (- (+ state second) first))
           (defpat stepped ({"set":number} state) (+ state number))
           (defpat stepped (_ state) 0)
           (defun run_machine (count)
             (setq state 1)
             (loop command (commands_of count)
               (setq state (stepped command state)))
             state)""",
        "(run_machine 140000)",
        lambda: run_machine(140000),
    ),
]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    interpreter = Interpreter()
    ratios = []
    for program in PROGRAMS:
        interpreter.evaluate(program.lisp)
        expected = program.python()
        found = interpreter.evaluate(program.call)
        if found != expected:
            raise SystemExit(f"{program.name}: Lisp gives {found}, Python {expected}")
    for program in PROGRAMS:
        times: dict[str, list[float]] = {"lisp": [], "python": []}
        call = f"(defun run () {program.call})"
        interpreter.evaluate(call)
        engines: list[tuple[str, Callable[[], Any]]] = [
            ("lisp", lambda: interpreter.evaluate("(run)")),
            ("python", program.python),
        ]
        for _ in range(rounds):
            random.shuffle(engines)
            for engine, run in engines:
                start = time.perf_counter()
                run()
                times[engine].append(time.perf_counter() - start)
        lisp, python = statistics.median(times["lisp"]), statistics.median(times["python"])
        ratios.append(lisp / python)
        print(f"{program.name:24} {python * 1000:8.1f} ms {ratios[-1]:6.2f}")
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    print(f"{'geometric mean':24} {'':11} {mean:6.2f}")


if __name__ == "__main__":
    main()
