"""Random programs: forms of the language's shapes, with operands of any kind in any number."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from lispe_core.forms import TRUE, LispList, Symbol, Value
from lispe_core.library import Definition

WITH_EFFECTS = frozenset(
    [
        *("fwrite", "fappend", "fread", "fopen", "fclose", "fputs", "fputchars", "file", "ls"),
        *("fwritebytes", "fread_bytes", "load", "use", "loadcode", "command", "setenv", "sleep"),
        *("input", "input@", "pipe", "getchar", "exit", "wait", "waiton", "trigger", "trace"),
        *(
            "dethread",
            "threadspace",
            "lock",
            "link",
            "random_device",
            "chrono",
            "date",
            "isdirectory",
        ),
        *("realpath", "fileinfo", "getenv", "apropos", "help", "atoms"),
    ]
)
"""What reaches beyond the program, waits, or answers otherwise each time."""

WITHOUT_END = frozenset(["while", "irange", "irangein", "repeat", "cycle", "replicate", "self"])
"""What a random program would not get out of."""

GROWING = frozenset(
    [
        *(
            "^^",
            "**",
            "^^=",
            "**=",
            "<<",
            "<<=",
            "fill",
            "iota",
            "iota0",
            "range",
            "rangein",
            "rho",
        ),
        *("ρ", "⍴", "⍳", "⍳0", "factorial", "loopcount", "dotimes", "padding", "matrix", "tensor"),
        *("permutations", "combinations", "primes", "*=", "outer", "°", "loop"),
    ]
)
"""What makes much of a large operand: these get small numbers only."""

NAMES = ("a", "b", "c", "x", "y", "total", "λx", "größe")
TEXTS = (
    "",
    "a",
    "abc",
    "l'été",
    'say "hi"',
    "back\\slash",
    "tab\t",
    "line\nbreak",
    "12",
    "🙂",
    "(",
)
NUMBERS = (0, 1, 2, -1, 3, 7, 10, -3, 0.5, -2.25, 1e10, 1.5e-5)

Make = Callable[[int], Value]


class ProgramGrammar:
    """Makes forms.

    Args:
        definitions: What can be called.
        seed: Decides which programs come.
    """

    def __init__(self, definitions: Sequence[Definition], seed: int) -> None:
        self._random = random.Random(seed)
        self._calls = [
            definition
            for definition in definitions
            if definition.name not in WITH_EFFECTS | WITHOUT_END
            and not definition.name.startswith(("matrix_", "tensor_", "random"))
            and '"' not in definition.name
        ]

    def form(self, depth: int = 3) -> Value:
        """A form with calls of at most ``depth`` levels."""
        if depth == 0 or self._random.random() < 0.2:
            return self._leaf()
        shapes: list[Make] = [self._call, self._call, self._call, self._shaped, self._quoted]
        return self._random.choice(shapes)(depth - 1)

    def _leaf(self) -> Value:
        choice = self._random.random()
        if choice < 0.35:
            return self._random.choice(NUMBERS)
        if choice < 0.55:
            return self._random.choice(TEXTS)
        if choice < 0.85:
            return Symbol(self._random.choice(NAMES))
        return self._random.choice((None, TRUE, LispList()))

    def _datum(self, depth: int) -> Value:
        if depth <= 0 or self._random.random() < 0.4:
            return self._leaf()
        return LispList(self._datum(depth - 1) for _ in range(self._random.randrange(4)))

    def _quoted(self, depth: int) -> Value:
        return LispList([Symbol("quote"), self._datum(depth)])

    def _call(self, depth: int) -> Value:
        definition = self._random.choice(self._calls)
        most = definition.maximum if definition.maximum is not None else definition.minimum + 3
        count = self._random.randint(definition.minimum, max(most, definition.minimum))
        if self._random.random() < 0.05:
            count = max(0, count + self._random.choice((-1, 1)))
        small = definition.name in GROWING
        operands = [self._small() if small else self.form(depth) for _ in range(count)]
        return LispList([Symbol(definition.name), *operands])

    def _small(self) -> Value:
        return self._random.choice((0, 1, 2, 3, -1, 2.5, None, "a", Symbol("x")))

    def _name(self) -> Symbol:
        return Symbol(self._random.choice(NAMES))

    def _body(self, depth: int) -> list[Value]:
        return [self.form(depth) for _ in range(self._random.randint(1, 3))]

    def _lambda(self, depth: int) -> Value:
        names = [self._name() for _ in range(self._random.randint(0, 2))]
        return LispList([Symbol("lambda"), LispList(names), *self._body(depth)])

    def _shaped(self, depth: int) -> Value:
        """A special form whose operands have the shape that it asks for."""
        name, body, form = self._name(), self._body(depth), self.form(depth)
        pairs = LispList(LispList([self._name(), self.form(depth)]) for _ in range(2))
        clauses = [LispList([self.form(depth), *self._body(depth)]) for _ in range(2)]
        mapping = self._random.choice(("map", "maplist", "filter", "filterlist", "mapcar", "sort"))
        function = f"f{self._random.randrange(3)}"
        parameters = LispList([self._name(), LispList([self._name(), form])])
        shapes: list[list[Value]] = [
            [Symbol("setq"), name, form],
            [Symbol("if"), form, self.form(depth), self.form(depth)],
            [Symbol("cond"), *clauses],
            [Symbol("let"), pairs, *body],
            [Symbol("loop"), name, form, *body],
            [Symbol("loopcount"), self._random.randrange(4), name, *body],
            [Symbol("defun"), Symbol(function), parameters, *body],
            [Symbol(function), form],
            [Symbol(mapping), self._lambda(depth), form],
            [Symbol("foldl"), LispList([Symbol("quote"), Symbol("+")]), form, self.form(depth)],
            [self._lambda(depth), form],
            [Symbol("catch"), *body],
            [Symbol("maybe"), *body, form],
            [Symbol("+="), name, form],
            [Symbol("push"), name, form],
            [Symbol("set@"), name, form, self.form(depth)],
            [Symbol("@"), form, self.form(depth)],
            [Symbol("dictionary"), *self._body(depth), form],
            [Symbol("block"), *body],
            [Symbol("return"), form],
            [Symbol("break")],
            [Symbol("eval"), LispList([Symbol("quote"), form])],
        ]
        return LispList(self._random.choice(shapes))

    def damaged(self, text: str) -> str:
        """``text`` with a few characters lost, doubled or exchanged."""
        letters = list(text)
        for _ in range(self._random.randint(1, 3)):
            place = self._random.randrange(len(letters) + 1)
            piece = self._random.choice(
                ["", "(", ")", "]", "{", "}", '"', "'", ";", ",", "`", ".", ":"]
            )
            letters[place : place + self._random.randrange(2)] = piece
        return "".join(letters)
