"""Advice for errors: the names that may have been meant, and how LispE says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lispe_core.errors import LispError

if TYPE_CHECKING:
    from lispe_core.library import Definition

_HEAD = re.compile(r"\(\s*([^\s()\[\]{}\"';]+)")

OTHER_LISPS = {
    "setf": "use (setq name value), or (set@ container key value) for an element",
    "set!": "use (setq name value)",
    "define": "use (setq name value) or (defun name (x…) …)",
    "incf": "use (+= name 1)",
    "decf": "use (-= name 1)",
    "1+": "use (+ x 1)",
    "1-": "use (- x 1)",
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
    "list?": "use (consp x)",
    "pair?": "use (consp x)",
    "symbol?": "use (atomp x)",
    "even?": "use (= (% x 2) 0)",
    "odd?": "use (!= (% x 2) 0)",
    "evenp": "use (= (% x 2) 0)",
    "oddp": "use (!= (% x 2) 0)",
    "symbolp": "use (atomp x)",
    "functionp": "use (type x), which answers function_ or lambda_",
    "let-values": "use (setq (a b…) list)",
    "multiple-value-bind": "use (setq (a b…) list)",
    "destructuring-bind": "use (setq (a b…) list)",
    "prog1": "keep the value in a variable: (setq x …)",
    "case": "use (switch value (key …)… (true …))",
    "ecase": "use (switch value (key …)… (true …))",
    "if-let": "use (let ((name value)) (if name …))",
    "list*": "use (cons x list)",
    "mapc": "use (loop name list …)",
    "remove": "use (filterlist condition list)",
    "remove-duplicates": "use (unique list)",
    "string-upcase": "use (upper text)",
    "string-downcase": "use (lower text)",
    "string-length": "use (size text)",
    "string-split": "use (split text separator)",
    "string-join": "use (join list separator)",
    "number->string": "use (string x)",
    "string->number": "use (number text)",
    "parse-integer": "use (integer text)",
    "vector-ref": "use (@ list index)",
    "list-ref": "use (@ list index)",
    "elt": "use (@ list index)",
    "aref": "use (@ list index)",
    "get": "use (@ dictionary key)",
    "hash-ref": "use (@ dictionary key)",
    "assoc": "use a dictionary: (@ dictionary key)",
    "try": "use (maybe … handler) or (catch …)",
    "ignore-errors": "use (catch …)",
    "call/cc": "use (return value) or (break) to leave early",
    "read-line": "use (input@)",
    "newline": "use (println)",
    "printf": 'use (println (f_ "…{name}…"))',
    "defmethod": "use (defun …) inside (class@ …)",
    "defstruct": "use (data@ (Name field…)…) or (class@ …)",
    "provide": "files are read with (load path)",
    "t": "true is written true",
    "None": "the null value is written nil",
    "True": "true is written true",
    "#t": "true is written true",
    "#f": "false is written nil",
}

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
}
_ABOUT_OPERANDS = (
    *("Wrong number of arguments for", "wrong number of arguments", "cannot apply", "should be"),
    *("unbalanced list", "in a 'cond'", "cannot be access", "a list of parameters", "needs a"),
    *("Missing", "Unknown function call"),
)


def unbound(name: str, known: Iterable[str]) -> LispError:
    """The error for a name that means nothing."""
    return LispError(f"Unbound atom: '{name}'", hint=advice(name, known))


def advice(name: str, known: Iterable[str]) -> str | None:
    """What the writer of ``name`` may have meant."""
    if name in OTHER_LISPS:
        return OTHER_LISPS[name]
    close = nearest(name, known)
    return f"did you mean '{close}'?" if close else None


def add_advice(
    error: LispError, sources: Mapping[str, str], definitions: Mapping[str, Definition]
) -> None:
    """Give an error without a hint one about how the form at fault is written."""
    span = error.span
    if error.hint is not None or span is None:
        return
    lines = sources.get(span.origin, "").split("\n")
    found = _HEAD.match(lines[span.line - 1], span.column - 1) if span.line <= len(lines) else None
    if found is not None:
        definition = definitions.get(found[1])
        error.hint = misuse(found[1], error.text, definition.usage if definition else None)


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
