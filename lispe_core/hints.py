"""Advice for errors: the names that may have been meant, and how LispE says it."""

from __future__ import annotations

from collections.abc import Iterable

from lispe_core.errors import LispError

_OTHER_LISPS = {
    "setf": "use (setq name value), or (set@ container key value) for an element",
    "set!": "use (setq name value)",
    "define": "use (setq name value) or (defun name (x…) …)",
    "defvar": "use (setq name value)",
    "defparameter": "use (setq name value)",
    "defconstant": "use (setconst name value)",
    "progn": "use (block …)",
    "begin": "use (block …)",
    "do": "use (block …), (while …) or (loop …)",
    "funcall": "call the function directly: (f x)",
    "length": "use (size x)",
    "when": "use (check condition …)",
    "unless": "use (check (not condition) …)",
    "let*": "use (let ((name value) …) …): later values see earlier names",
    "letrec": "use (let ((name value) …) …)",
    "fn": "use (lambda (x…) …)",
    "def": "use (setq name value) or (defun name (x…) …)",
    "remove-if-not": "use (filterlist condition list)",
    "remove-if": "use (filterlist condition list) with the opposite condition",
    "reduce-left": "use (foldl function first list)",
    "fold": "use (foldl function first list)",
    "append": "use (nconcn list list…) for a new list, (extend list other) to change one",
    "concat": "use (+ text text…)",
    "concatenate": "use (+ text text…)",
    "string-append": "use (+ text text…)",
    "null": "use (nullp x)",
    "first": "use (car list)",
    "second": "use (@ list 1)",
    "rest": "use (cdr list)",
    "nil?": "use (nullp x)",
    "equal": "use (= a b)",
    "eql": "use (eq a b)",
    "equal?": "use (= a b)",
    "eq?": "use (eq a b)",
    "mod": "use (% a b)",
    "rem": "use (% a b)",
    "expt": "use (^^ base exponent)",
    "display": "use (println x…)",
    "princ": "use (print x…)",
    "format-string": 'use (f_ "…{name}…")',
    "gethash": "use (@ dictionary key)",
    "make-hash-table": "use (dictionary)",
    "vector": "use (list …)",
    "dolist": "use (loop name list …)",
    "for-each": "use (loop name list …)",
    "return-from": "use (return value)",
    "error": "use (throw message)",
    "handler-case": "use (maybe … handler)",
    "require": "use (load path) or (use 'library)",
    "import": "use (use 'library)",
    "t": "true is written true",
    "None": "the null value is written nil",
    "True": "true is written true",
    "#t": "true is written true",
    "#f": "false is written nil",
}


def unbound(name: str, known: Iterable[str]) -> LispError:
    """The error for a name that means nothing."""
    return LispError(f"Unbound atom: '{name}'", hint=advice(name, known))


def advice(name: str, known: Iterable[str]) -> str | None:
    """What the writer of ``name`` may have meant."""
    if name in _OTHER_LISPS:
        return _OTHER_LISPS[name]
    close = nearest(name, known)
    return f"did you mean '{close}'?" if close else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that differs from ``name`` in the fewest letters, if they are few."""
    allowed = max(1, len(name) // 4) if len(name) > 3 else 0
    best, fewest = None, allowed + 1
    for candidate in known:
        if abs(len(candidate) - len(name)) < fewest:
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
