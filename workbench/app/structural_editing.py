"""Moves and edits by forms: what a text editor does by characters, done by brackets.

All of it is read from the scanner's tokens, so brackets in strings and comments are text. A
function answers ``None`` where there is nothing to move over or to change.
"""

from __future__ import annotations

from typing import NamedTuple

from workbench.app.scanner import BLOCK_COMMENT, CLOSERS, Scanner, State, scan
from workbench.app.structure import Form, Location, form_before, inside_text, open_before, whole

NO_GAP_BEHIND = frozenset(" \t,()[]{}'\"`;")
NO_GAP_BEFORE = NO_GAP_BEHIND - frozenset('"`')  # b"…" is a string of bytes


class Change(NamedTuple):
    """``text`` put in the place of a stretch, and where the cursor stands afterwards."""

    text: str
    start: Location
    end: Location
    cursor: Location


class Brackets(NamedTuple):
    """A form in brackets: where its inside begins and ends, and its closing bracket.

    ``closer`` is empty for a ``]`` that closes several parentheses: it can't be moved.
    """

    form: Form
    start: Location
    end: Location
    closer: str


def text_between(scanner: Scanner, start: Location, end: Location) -> str:
    """The source between two places."""
    lines = [line.text for line in scanner.lines[start[0] : end[0] + 1]]
    lines[-1] = lines[-1][: end[1]]
    lines[0] = lines[0][start[1] :]
    return "\n".join(lines)


def brackets_around(scanner: Scanner, place: Location) -> Brackets | None:
    """The innermost brackets around ``place``; ``None`` if they are not closed."""
    opened = open_before(scanner, *place)
    form = whole(scanner, *opened) if opened else None
    if opened is None or form is None:
        return None
    row, token = opened
    end = (form.end[0], form.end[1] - 1)
    closer = scanner.lines[end[0]].text[end[1]]
    fits = CLOSERS[scanner.lines[row].text[token.start]] == closer
    return Brackets(form, (row, token.end), end, closer if fits else "")


def form_at(scanner: Scanner, place: Location) -> Form | None:
    """The form that ``place`` touches; between two it is the second."""
    return max(_touching(scanner, place), key=lambda form: form.end, default=None)


def form_after(scanner: Scanner, place: Location) -> Form | None:
    """The next form within the same brackets that ends behind ``place``."""
    for row in range(place[0], len(scanner.lines)):
        for token in scanner.lines[row].tokens:
            if (row, token.end) <= place or token.kind not in (
                "atom",
                "number",
                "string",
                "open",
                "close",
            ):
                continue
            return None if token.kind == "close" else whole(scanner, row, token)
    return None


def place_after(scanner: Scanner, place: Location) -> Location | None:
    """Behind the next form, or out of the brackets where there is none."""
    form = form_after(scanner, place)
    if form is not None:
        return form.end
    around = brackets_around(scanner, place)
    return around.form.end if around else None


def place_before(scanner: Scanner, place: Location) -> Location | None:
    """Before the last form, or out of the brackets where there is none."""
    form = form_before(scanner, *place)
    return form.start if form is not None else place_outside(scanner, place)


def place_outside(scanner: Scanner, place: Location) -> Location | None:
    """Before the brackets around ``place``."""
    around = brackets_around(scanner, place)
    return around.form.start if around else None


def expanded(scanner: Scanner, start: Location, end: Location) -> Form | None:
    """The smallest form that holds a stretch and more."""
    fitting = [
        form
        for form in (*_touching(scanner, start), *_touching(scanner, end))
        if form.start <= start and end <= form.end and form != (start, end)
    ]
    if fitting:
        return max(fitting)
    around = brackets_around(scanner, start)
    while around is not None and (around.form.end < end or around.form == (start, end)):
        around = brackets_around(scanner, around.form.start)
    return around.form if around else None


def slurp(scanner: Scanner, place: Location) -> Change | None:
    """The form behind the brackets around ``place``, or else around those, is taken in."""
    around = brackets_around(scanner, place)
    while around is not None:
        following = form_after(scanner, around.form.end)
        if around.closer and following is not None and _may_be_held(scanner, following):
            gap = text_between(scanner, around.form.end, following.start)
            empty = not text_between(scanner, around.start, around.end).strip()
            taken = text_between(scanner, *following)
            text = ("" if empty and not gap.strip() else gap or " ") + taken + around.closer
            return Change(text, around.end, following.end, place)
        around = brackets_around(scanner, around.form.start)
    return None


def barf(scanner: Scanner, place: Location) -> Change | None:
    """The last form in the brackets around ``place`` is put out behind them."""
    around = brackets_around(scanner, place)
    if around is None or not around.closer:
        return None
    last = form_before(scanner, *around.end)
    if last is None:
        return None
    before = form_before(scanner, *last.start)
    start = before.end if before else around.start
    rest = text_between(scanner, start, around.end)
    moved = around.closer if rest[:1].isspace() else f"{around.closer} "
    _, right = _gaps(scanner, around.form)
    row, column = place
    if row == start[0] and column > start[1]:
        column += len(moved)
    return Change(moved + rest + right, start, around.form.end, (row, column))


def wrap(scanner: Scanner, start: Location, end: Location) -> Change | None:
    """Parentheses around a stretch; around the form at it, or behind it, if it is empty."""
    form: Form | None = Form(start, end)
    if start == end:
        nothing = None if in_text(scanner, start) else form
        form = form_at(scanner, start) or form_after(scanner, start) or nothing
    elif not is_whole(scanner, start, end):
        return None
    if form is None or not _may_be_held(scanner, form):
        return None
    row, column = form.start
    return Change(f"({text_between(scanner, *form)})", *form, (row, column + 1))


def lift(scanner: Scanner, start: Location, end: Location) -> Change | None:
    """A stretch, or the form at an empty one, in the place of the brackets around it."""
    form: Form | None = Form(start, end)
    if start == end:
        form = form_at(scanner, start) or form_after(scanner, start)
    elif not is_whole(scanner, start, end):
        return None
    around = brackets_around(scanner, form.start) if form else None
    if form is None or around is None or not around.closer:
        return None
    left, right = _gaps(scanner, around.form)
    row, column = around.form.start
    text = left + text_between(scanner, *form) + right
    return Change(text, *around.form, (row, column + len(left)))


def splice(scanner: Scanner, place: Location) -> Change | None:
    """The brackets around ``place`` go; what they hold stays."""
    around = brackets_around(scanner, place)
    if around is None or not around.closer:
        return None
    left, right = _gaps(scanner, around.form)
    text = left + text_between(scanner, around.start, around.end) + right
    row, column = around.form.start
    down, along = place[0] - around.start[0], place[1] - around.start[1]
    cursor = (row + down, place[1]) if down else (row, column + len(left) + along)
    return Change(text, *around.form, cursor)


def is_whole(scanner: Scanner, start: Location, end: Location) -> bool:
    """Whether a stretch holds whole forms only: none is cut, no bracket's partner is outside."""
    if in_text(scanner, start) or in_text(scanner, end):
        return False
    depth = 0
    for row in range(start[0], end[0] + 1):
        for token in scanner.lines[row].tokens:
            if any((row, token.start) < edge < (row, token.end) for edge in (start, end)):
                return False
            if start <= (row, token.start) and (row, token.end) <= end:
                depth += (token.kind == "open") - (token.kind == "close")
                if depth < 0 or token.kind == "error":
                    return False
    return depth == 0


def in_text(scanner: Scanner, place: Location) -> bool:
    """Whether what is typed at ``place`` becomes part of a string or a comment."""
    row, column = place
    if inside_text(scanner, row, column):
        return True
    line = scanner.lines[row]
    for number, token in enumerate(line.tokens):
        if token.kind == "comment" and token.start < column <= token.end:
            comment = line.text[token.start : token.end]
            if line.before.ending == BLOCK_COMMENT and number == 0:
                closed = comment.endswith(BLOCK_COMMENT)
            else:
                closed = comment.startswith(BLOCK_COMMENT) and comment[2:].endswith(BLOCK_COMMENT)
            return not closed or column < token.end
    return False


def _touching(scanner: Scanner, place: Location) -> list[Form]:
    row, column = place
    forms = []
    for token in scanner.lines[row].tokens:
        if token.kind in ("atom", "number", "string"):
            touches = token.start <= column <= token.end
        elif token.kind == "close":
            touches = token.end == column
        else:
            touches = token.kind in ("open", "quote") and token.start == column
        if touches:
            form = (
                form_after(scanner, place) if token.kind == "quote" else whole(scanner, row, token)
            )
            if form is not None:
                forms.append(form)
    return forms


def _may_be_held(scanner: Scanner, form: Form) -> bool:
    """Whether brackets around ``form`` would close behind it: a ``]`` for many closes those too."""
    held = scan(f"({text_between(scanner, *form)})")
    tokens = (token for line in held.lines for token in line.tokens)
    return held.end == State() and all(token.kind != "error" for token in tokens)


def _gaps(scanner: Scanner, form: Form) -> tuple[str, str]:
    """Blanks that keep what comes in the place of ``form`` from growing into its neighbours."""
    line, column = scanner.lines[form.start[0]].text, form.start[1]
    left = " " if column and line[column - 1] not in NO_GAP_BEHIND else ""
    line, column = scanner.lines[form.end[0]].text, form.end[1]
    right = " " if line[column : column + 1] and line[column] not in NO_GAP_BEFORE else ""
    return left, right
