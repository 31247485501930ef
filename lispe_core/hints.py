"""Advice for errors: the names that may have been meant, and how LispE says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lispe_core.errors import LispError
from lispe_core.other_languages import OTHER_LISPS

if TYPE_CHECKING:
    from lispe_core.library import Definition

_HEAD = re.compile(r"\(\s*([^\s()\[\]{}\"';]+)")

_MISUSED = {
    "push": "the list comes first: (push list value)",
    "insert": "the list comes first: (insert list value place)",
    "pop": "the list comes first: (pop list key)",
    "@": "the container comes first: (@ container key)",
    "at": "the container comes first: (at container key)",
    "nth": "the list comes first: (nth list place)",
    "set@": "the container comes first: (set@ container key value)",
    "cons": "the value comes first: (cons value list)",
    "sort": "the comparison comes first: (sort '< list)",
    "map": "the function comes first: (map function list)",
    "maplist": "the function comes first: (maplist function list)",
    "mapcar": "the function comes first, and there is one list: (mapcar function list)",
    "filter": "the condition comes first: (filter condition list)",
    "filterlist": "the condition comes first: (filterlist condition list)",
    "foldl": "function, start, list: (foldl '+ 0 list)",
    "foldr": "function, start, list: (foldr '+ 0 list)",
    "apply": "one list holds all arguments: (apply function list)",
    "format": 'the text comes first and names its operands: (format "%1 and %2" a b)',
    "join": "the list comes first: (join list separator)",
    "split": "the text comes first: (split text separator)",
    "let": "each variable has a list of its own: (let ((x 1) (y 2)) e…)",
    "if": "several forms need (block e…), or (ife condition then else…)",
    "setq": "one name and one value each: (setq x 1) (setq y 2)",
    "cond": "each clause is a list of a condition and forms: (cond (condition e…) (true e…))",
    "loop": "a name, a container and forms: (loop x list e…)",
    "defun": "a name, a list of parameters and forms: (defun name (x y) e…)",
    "lambda": "a list of parameters and forms: (lambda (x y) e…)",
    "for": "a name, a container and one form: (for x list e)",
    "reduce": "with a first value it is (foldl '+ 0 list)",
}
_BEFORE_A_NAME = (
    (re.compile(r"\((?:dotimes|loopcount)\s+$"), "the number comes first: (loopcount 10 i e…)"),
    (re.compile(r"\(loop\s+for\s+$"), _MISUSED["loop"]),
    (re.compile(r"^\s*for\s+$"), _MISUSED["loop"]),
)
_SETTING = "a variable is set with (setq name value)"
_ASSIGNED = re.compile(r"\(?[^\s()]+\s*:?=\s")
_FUNCTION_QUOTE = re.compile(r"\([^()\"]*\s#'")
_SURELY_MISSPELT = 5
_ABOUT_OPERANDS = (
    *("Wrong number of arguments for", "wrong number of arguments", "cannot apply", "should be"),
    *("unbalanced list", "in a 'cond'", "cannot be access", "a list of parameters", "needs a"),
    *("Missing", "Unknown function call", "a container is expected"),
)


_GLUED = re.compile(r"(?P<sign>@{1,3}|[-+*/%&|^<>=]+)(?P<operand>[^\W\d]\w*)")
"""An operator and its operand without a blank."""


def unbound(name: str, known: Iterable[str]) -> LispError:
    """The error for a name that means nothing."""
    return LispError(f"Unbound atom: '{name}'", hint=advice(name, known))


def advice(name: str, known: Iterable[str]) -> str | None:
    """What the writer of ``name`` may have meant."""
    if name in OTHER_LISPS:
        return OTHER_LISPS[name]
    names = set(known)
    glued = _GLUED.fullmatch(name)
    if glued is not None and glued["operand"] in names:
        return f"a blank is missing: ({glued['sign']} {glued['operand']} …)"
    if close := nearest(name, names):
        return f"did you mean '{close}'?"
    holder, dot, member = name.partition(".")
    if dot and member and holder in ("self", "this"):
        return f"a method sees the fields as variables: {member}"
    if dot and member and holder in names:
        return f"an element is (@ {holder} '{member}), a method call ({holder} ({member} x…))"
    if len(name) > _SURELY_MISSPELT and (other := nearest(name, OTHER_LISPS)):
        return OTHER_LISPS[other]
    return None


def add_advice(
    error: LispError, sources: Mapping[str, str], definitions: Mapping[str, Definition]
) -> None:
    """Give an error without a hint one about how the form at fault is written."""
    span = error.span
    if error.hint is not None or span is None:
        return
    lines = sources.get(span.origin, "").split("\n")
    if span.line > len(lines):
        return
    line, start = lines[span.line - 1], span.column - 1
    found = _HEAD.match(line, start)
    if error.text.startswith("Error: Unbound atom: "):
        error.hint = _around(line, start)
    elif found is not None and _FUNCTION_QUOTE.match(line, start):
        error.hint = OTHER_LISPS["#"]
    elif found is not None:
        definition = definitions.get(found[1])
        error.hint = misuse(found[1], error.text, definition.usage if definition else None)


def _around(line: str, start: int) -> str | None:
    """What the text around an unknown name tells of how it came there."""
    for pattern, hint in _BEFORE_A_NAME:
        if pattern.search(line, 0, start):
            return hint
    return _SETTING if _ASSIGNED.match(line, start) else None


def misuse(head: str, message: str, usage: str | None) -> str | None:
    """How a known form is written, when ``message`` says that its operands are wrong."""
    if not any(mark in message for mark in _ABOUT_OPERANDS):
        return None
    if head in _MISUSED:
        return _MISUSED[head]
    return f"it is called as {usage}" if usage and "number of arguments for" in message else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that differs from ``name`` in the fewest letters, if they are few."""
    allowed = max(1, len(name) // 4) if len(name) > 3 else 0
    best, fewest = None, allowed + 1
    for candidate in known:
        if candidate != name and abs(len(candidate) - len(name)) < fewest:
            steps = _edits(name, candidate, fewest)
            if steps < fewest:
                best, fewest = candidate, steps
    return best


def _edits(first: str, second: str, limit: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two words."""
    earlier: list[int] = []
    above = list(range(len(second) + 1))
    for index, letter in enumerate(first):
        row = [index + 1]
        for place, other in enumerate(second):
            steps = min(row[-1] + 1, above[place + 1] + 1, above[place] + (letter != other))
            swapped = index and place and letter == second[place - 1] and first[index - 1] == other
            row.append(min(steps, earlier[place - 1] + 1) if swapped else steps)
        if min(row) >= limit:
            return limit
        earlier, above = above, row
    return above[-1]
