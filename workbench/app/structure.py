"""Brackets, forms, calls and indentation, read from the scanner's tokens.

Places are ``(row, column)`` pairs in characters, as in Textual's ``Location``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from workbench.app.scanner import BLOCK_COMMENT, RAW_STRINGS, Scanner, State, Token

Location = tuple[int, int]

_BODIES = """
    block catch check class@ defclass defmacro defpat defpred defprol defspace defun dethread
    elapse ife lambda let lock loop loopcount dotimes lloop mloop maybe ncheck space switch
    threadspace torch_no_grad torch_autocast while whilein withclass λ \\
"""
BODY_FORMS = frozenset(_BODIES.split())


DEFINERS = frozenset(("defun", "defmacro", "dethread", "defpat", "defpred", "defprol"))
OPENINGS = ('"""', '"', *RAW_STRINGS)
FORM_BEGINS = frozenset(("atom", "number", "string", "open"))


class Form(NamedTuple):
    """A form's place: from its first character to behind its last."""

    start: Location
    end: Location


@dataclass(frozen=True, slots=True)
class Call:
    """The call around a place: its head, and the operand (from 0) at the place; -1 is the head."""

    head: str
    operand: int


def partner(scanner: Scanner, row: int, column: int) -> Location | None:
    """The bracket that belongs to the one at ``column``, if there is one."""
    token = next((t for t in scanner.lines[row].tokens if t.start == column), None)
    if token is None or token.kind not in ("open", "close"):
        return None
    opens = token.kind == "open"
    walk = _forward(scanner, row, column + 1) if opens else _backward(scanner, row, column)
    wanted = "close" if opens else "open"
    for at, other in walk:
        if other.kind == wanted and other.depth <= token.depth:
            return at, other.start
    return None


def form_before(scanner: Scanner, row: int, column: int) -> Form | None:
    """The last form that begins before the place, unless its brackets are still open there."""
    for at, token in _backward(scanner, row, column):
        if token.kind in ("comment", "separator", "quote", "error"):
            continue
        return None if token.kind == "open" else whole(scanner, at, token)
    return None


def top_form(scanner: Scanner, row: int, column: int) -> Form | None:
    """The top-level form at the place, else the last one before it, else the next one."""
    nearby = _row_outside_before(scanner, row)  # a long program is not read from its start
    found = _top_form_from(scanner, nearby, row, column)
    return found or _top_form_from(scanner, 0, row, column)


def _top_form_from(scanner: Scanner, first_row: int, row: int, column: int) -> Form | None:
    before: Form | None = None
    for form in top_forms(scanner, first_row):
        if form.start > (row, column):
            same_line = form.start[0] == row and (before is None or before.end[0] < row)
            return form if before is None or same_line else before
        before = form
        if form.end >= (row, column):
            return form
    return before


def top_forms(scanner: Scanner, first_row: int = 0) -> Iterator[Form]:
    """The forms outside of any bracket, in order; one left open is not among them."""
    end = (0, 0)
    for row, token in _forward(scanner, first_row, 0):
        if token.depth or (row, token.start) < end:
            continue
        if token.kind in FORM_BEGINS:
            form = whole(scanner, row, token)
            if form is None:
                return
            end = form.end
            yield form


def _row_outside_before(scanner: Scanner, row: int) -> int:
    """The last row before ``row`` that begins outside of everything and a form; 0 if none does."""
    for at in range(row - 1, 0, -1):
        begins = any(t.depth == 0 and t.kind in FORM_BEGINS for t in scanner.lines[at].tokens)
        if begins and scanner.state_at(at) == State():
            return at
    return 0


def is_complete(scanner: Scanner) -> bool:
    """Whether the text is a whole number of forms: nothing is open, no quote hangs."""
    if scanner.end != State():
        return False
    last_row = len(scanner.lines) - 1
    walk = _backward(scanner, last_row, len(scanner.lines[last_row].text) + 1)
    last = next((token for _, token in walk if token.kind != "comment"), None)
    return last is None or last.kind != "quote"


def is_blank(scanner: Scanner) -> bool:
    """Whether the text holds no form at all."""
    return all(token.kind == "comment" for line in scanner.lines for token in line.tokens)


def indentation(scanner: Scanner, row: int, column: int, width: int = 2) -> int:
    """The column where a line begun at the place should start.

    Bodies of special forms stand ``width`` columns in, operands below the first operand, data below
    the first element.
    """
    opened = open_before(scanner, row, column)
    if opened is None:
        return 0
    at, bracket = opened
    line = scanner.lines[at]
    inside = [
        token
        for token in line.tokens
        if token.start > bracket.start
        and token.depth == bracket.depth + 1
        and token.kind not in ("comment", "close", "separator")
        and (at, token.start) < (row, column)
    ]
    if not inside:
        return bracket.start + 1
    head = inside[0]
    quoted = bracket.start > 0 and line.text[bracket.start - 1] == "'"
    if head.kind != "atom" or line.text[bracket.start] != "(" or quoted:
        return head.start
    if line.text[head.start : head.end] in BODY_FORMS:
        return bracket.start + width
    return inside[1].start if len(inside) > 1 else bracket.start + width


def inside_text(scanner: Scanner, row: int, column: int) -> bool:
    """Whether the place lies inside a string, or in a comment that spans lines."""
    line = scanner.lines[row]
    if column == 0:
        return bool(line.before.ending)
    for token in line.tokens:
        if token.start < column <= token.end:
            goes_on = token is line.tokens[-1] and bool(line.after.ending)
            return goes_on or (token.kind == "string" and column < token.end)
    return False


def call_around(scanner: Scanner, row: int, column: int) -> Call | None:
    """The innermost call around the place whose head is a name."""
    opened = open_before(scanner, row, column)
    if opened is None:
        return None
    at, bracket = opened
    head, operands, end = "", 0, (0, 0)
    for line, token in _forward(scanner, at, bracket.start + 1):
        if (line, token.start) >= (row, column):
            break
        if token.depth != bracket.depth + 1 or token.kind in ("comment", "close", "quote"):
            continue
        if token.kind == "string" and token.start == 0 and scanner.lines[line].before.ending:
            end = (line, token.end)
            continue
        if not operands:
            if token.kind != "atom":
                return None
            head = scanner.lines[line].text[token.start : token.end]
        operands += 1
        end = (line, token.end)
    if not operands:
        return None
    touching = end >= (row, column)
    return Call(head, operands - 1 - touching)


def usage_of(scanner: Scanner, name: str) -> str | None:
    """How a function that the text defines is called: ``(name parameter…)``."""
    return dict(reversed(list(_usages(scanner, name)))).get(name)


def usages(scanner: Scanner) -> dict[str, str]:
    """How each function is called that the text defines; its first definition counts."""
    return dict(reversed(list(_usages(scanner, "(de"))))  # as every definer begins


def _usages(scanner: Scanner, mark: str) -> Iterator[tuple[str, str]]:
    """The names and calls of functions that are defined in lines which hold ``mark``."""
    for row, line in enumerate(scanner.lines):
        if mark not in line.text:
            continue
        for place, token in enumerate(line.tokens[:-3]):
            if token.kind != "open" or not line.text.startswith("de", token.end):
                continue
            words = [line.text[t.start : t.end] for t in line.tokens[place : place + 4]]
            if words[1] in DEFINERS and words[3] == "(":
                first = line.tokens[place + 3]
                last = partner(scanner, row, first.start)
                if last is not None and last[0] == row:
                    parameters = line.text[first.start + 1 : last[1]]
                    yield words[2], f"({words[2]}{' ' * bool(parameters)}{parameters})"


def names_besides(scanner: Scanner, row: int, column: int) -> set[str]:
    """Every atom of the text but the one that ends at the place or goes on there."""
    found: set[str] = set()
    for at, (line, text) in enumerate((line, line.text) for line in scanner.lines):
        for start, end, kind, _ in line.tokens:
            if kind == "atom" and not (at == row and start < column <= end):
                found.add(text[start:end])
    return found


def string_before(scanner: Scanner, row: int, column: int) -> str | None:
    """What a string holds before the place, if it begins in this line and goes on there."""
    line = scanner.lines[row]
    for token in line.tokens:
        if token.kind == "string" and token.start < column <= token.end:
            goes_on = bool(line.before.ending) and token.start == 0
            if goes_on or not inside_text(scanner, row, column):
                return None
            typed = line.text[token.start : column].removeprefix("b")
            opening = next((mark for mark in OPENINGS if typed.startswith(mark)), None)
            return None if opening is None else typed.removeprefix(opening)
    return None


def word_before(scanner: Scanner, row: int, column: int) -> str:
    """The part of an atom that ends at the place; empty elsewhere and in text."""
    for token in scanner.lines[row].tokens:
        if token.kind == "atom" and token.start < column <= token.end:
            return scanner.lines[row].text[token.start : column]
    return ""


def word_at(scanner: Scanner, row: int, column: int) -> str:
    """The whole atom at the place; empty elsewhere and in text."""
    for token in scanner.lines[row].tokens:
        if token.kind == "atom" and token.start <= column <= token.end:
            return scanner.lines[row].text[token.start : token.end]
    return ""


def comment_hides_code(scanner: Scanner) -> int | None:
    """The line where a block comment begins that holds a ``(`` at the start of a line."""
    opened = 0
    for row, line in enumerate(scanner.lines if scanner.holds_mark else ()):
        inside = line.before.ending == BLOCK_COMMENT
        if inside and line.text.startswith("("):
            return opened
        if line.after.ending == BLOCK_COMMENT and not (inside and len(line.tokens) <= 1):
            opened = row
    return None


def whole(scanner: Scanner, row: int, token: Token) -> Form | None:
    """The form that ``token`` begins or ends, with the quotes before it."""
    if token.kind in ("open", "close"):
        other = partner(scanner, row, token.start)
        if other is None:
            return None
        first = (row, token.start) if token.kind == "open" else other
        return _bracketed(scanner, *first)
    start: Location = (row, token.start)
    end: Location = (row, token.end)
    if token.kind == "string":
        while start[1] == 0 and start[0] and scanner.lines[start[0]].before.ending:
            above = scanner.lines[start[0] - 1]
            start = (start[0] - 1, above.tokens[-1].start if above.tokens else 0)
        while end[1] == len(scanner.lines[end[0]].text) and scanner.lines[end[0]].after.ending:
            if end[0] + 1 == len(scanner.lines):
                return None
            below = scanner.lines[end[0] + 1]
            end = (end[0] + 1, below.tokens[0].end if below.tokens else 0)
    return Form(_with_quotes(scanner, *start), end)


def _bracketed(scanner: Scanner, row: int, column: int) -> Form | None:
    other = partner(scanner, row, column)
    if other is None:
        return None
    return Form(_with_quotes(scanner, row, column), (other[0], other[1] + 1))


def _with_quotes(scanner: Scanner, row: int, column: int) -> Location:
    for at, token in _backward(scanner, row, column):
        if token.kind == "quote":
            row, column = at, token.start
        elif token.kind != "comment":
            break
    return row, column


def open_before(scanner: Scanner, row: int, column: int) -> tuple[int, Token] | None:
    """The innermost bracket that is open at the place."""
    level: int | None = None
    for at, token in _backward(scanner, row, column):
        if token.kind == "open" and (level is None or token.depth < level):
            return at, token
        if token.kind == "close":
            level = token.depth if level is None else min(level, token.depth)
        elif token.kind != "open" and level is None:
            level = token.depth
        if level == 0:
            return None
    return None


def _forward(scanner: Scanner, row: int, column: int) -> Iterator[tuple[int, Token]]:
    """Every token that begins at the place or later."""
    for at in range(row, len(scanner.lines)):
        for token in scanner.lines[at].tokens:
            if at > row or token.start >= column:
                yield at, token


def _backward(scanner: Scanner, row: int, column: int) -> Iterator[tuple[int, Token]]:
    """Every token that begins before the place, last first."""
    for at in range(row, -1, -1):
        for token in reversed(scanner.lines[at].tokens):
            if at < row or token.start < column:
                yield at, token
