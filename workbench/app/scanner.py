"""LispE's surface, line by line: tokens, and the state that one line hands to the next.

The scanner follows the reader's rules and never raises: it colours programs while they are being
typed. A line is scanned again only when its text or the state before it changed, so a key costs
one line, and opening a string costs the lines that it swallows. Brackets, forms and indentation
are found by ``structure``, from the tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

TokenKind = Literal[
    "comment", "string", "number", "atom", "quote", "separator", "open", "close", "error"
]
BLOCK_COMMENT = ";;"
RAW_STRINGS = {"`": "`", "«": "»", "“": "”", "‘": "’", "„": "”", "❝": "❞", '"""': '"""'}
CLOSERS = {"(": ")", "[": "]", "{": "}"}
STRIDE = 256

_NUMBER = r"""
    [+-]?(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?\d+)?|0[bB][01]+
        |(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?:,[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?i)?)
"""
_CODE = re.compile(
    rf"""
    (?P<header>^\s*\#(?=\s|$).*)
  | (?P<blank>[\s,\ufeff]+)
  | (?P<open>[(\[{{])
  | (?P<close>[)\]}}])
  | (?P<block>;;)(?!;)
  | (?P<comment>;.*|\#!.*)
  | (?P<quoted>';(?!;)|',)
  | (?P<quote>'|@(?={{))
  | (?P<string>\"\"\"|b?["`]|[«“‘„❝])
  | (?P<mark>[+-]{{1,2}}(?="))
  | (?P<number>{_NUMBER})(?=[\s,()\[\]{{}}"`;'«“‘„❝]|$)
  | (?P<atom>[^\s,()\[\]{{}}"`;'«“‘„❝]+)
    """,
    re.VERBOSE,
)
_WHOLE_NUMBER = re.compile(_NUMBER, re.VERBOSE)
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*+"')
_MARK = re.compile(r"(?<!;);;(?!;)")


class Token(NamedTuple):
    """A piece of one line; ``depth`` counts the brackets around it.

    A string or block comment over several lines has one token on each of them. A bracket
    without a partner has the kind ``error``.
    """

    start: int
    end: int
    kind: TokenKind
    depth: int


class State(NamedTuple):
    """What one line hands to the next.

    ``ending`` is the text that ends the string or comment around the line's end, empty in code;
    ``brackets`` are the ones still open, outermost first.
    """

    ending: str = ""
    brackets: str = ""


@dataclass(slots=True)
class Line:
    """A scanned line. ``foresight`` tells that it depends on a later ``;;``."""

    text: str
    before: State
    after: State
    tokens: tuple[Token, ...]
    foresight: bool


class Scanner:
    """The tokens of a text, kept up to date from edit to edit."""

    def __init__(self) -> None:
        self.lines: list[Line] = [_scan("", State(), False)]
        self._texts: list[str] = [""]
        self._last_mark = -1

    def update(self, texts: Sequence[str]) -> int:
        """Take over the new ``texts`` of all lines; answers how many had to be scanned."""
        old = self._texts
        first, tail = _unchanged(old, texts)
        changed_end = len(texts) - tail
        mark = self._find_last_mark(texts, first, changed_end, len(old))
        old[first : len(old) - tail] = texts[first:changed_end]
        scanned = self._scan_from(texts, first, changed_end, mark)
        if mark != self._last_mark:
            scanned += self._review_foresight(texts, mark)
        self._last_mark = mark
        return scanned

    def copy(self) -> Scanner:
        """Another scanner that holds the same text, for trying what it would become."""
        other = Scanner()
        other.lines, other._texts = list(self.lines), list(self._texts)
        other._last_mark = self._last_mark
        return other

    def state_at(self, row: int) -> State:
        """The state in which line ``row`` begins."""
        return self.lines[row].before

    @property
    def end(self) -> State:
        """The state after the last line."""
        return self.lines[-1].after

    @property
    def holds_mark(self) -> bool:
        """Whether a ``;;`` stands anywhere."""
        return self._last_mark >= 0

    def _find_last_mark(self, texts: Sequence[str], first: int, end: int, count: int) -> int:
        """The last line with a ``;;``; usually the old answer holds."""
        old = self._last_mark
        if old >= count - (len(texts) - end):
            return old + len(texts) - count
        for row in range(end - 1, first - 1, -1):
            if _MARK.search(texts[row]):
                return row
        if old < first:
            return old
        return next((row for row in range(first - 1, -1, -1) if _MARK.search(texts[row])), -1)

    def _scan_from(self, texts: Sequence[str], first: int, end: int, mark: int) -> int:
        """Scan lines ``first`` to ``end``, then on until an old line begins in the same state."""
        state = self.lines[first - 1].after if first else State()
        fresh: list[Line] = []
        for row in range(first, end):
            fresh.append(_scan(texts[row], state, mark > row))
            state = fresh[-1].after
        self.lines[first : len(self.lines) - (len(texts) - end)] = fresh
        return len(fresh) + self._settle(end, state, mark)

    def _settle(self, row: int, state: State, mark: int) -> int:
        lines = self.lines
        start = row
        while row < len(lines) and lines[row].before != state:
            lines[row] = _scan(lines[row].text, state, mark > row)
            state = lines[row].after
            row += 1
        return row - start

    def _review_foresight(self, texts: Sequence[str], mark: int) -> int:
        """A ``;;`` appeared or vanished: what opened a comment before may read otherwise now."""
        scanned = 0
        for row, line in enumerate(self.lines):
            if line.foresight:
                again = _scan(texts[row], line.before, mark > row)
                self.lines[row] = again
                scanned += 1 + self._settle(row + 1, again.after, mark)
        return scanned


def scan(text: str) -> Scanner:
    """A scanner that holds ``text``."""
    scanner = Scanner()
    scanner.update(text.split("\n"))
    return scanner


def _unchanged(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines at the beginning, and how many at the end, are the same in both."""
    first = _shared_start(old, new)
    return first, _shared_start(old[first:][::-1], new[first:][::-1])


def _shared_start(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same before the first that differs."""
    shared = min(len(old), len(new))
    row = 0
    while row < shared and old[row : row + STRIDE] == new[row : row + STRIDE]:
        row += STRIDE  # a list is compared a hundred times quicker than line by line
    while row < shared and old[row] == new[row]:
        row += 1
    return min(row, shared)


def _scan(text: str, before: State, marked: bool) -> Line:
    """Scan one line; ``marked`` tells whether a later line holds a ``;;``."""
    ending, brackets = before
    tokens: list[Token] = []
    kind: TokenKind
    foresight = False
    position = 0
    length = len(text)
    while position < length:
        if ending:
            start = position
            kind = "comment" if ending == BLOCK_COMMENT else "string"
            position, ending = _inside(text, position, ending)
            tokens.append(Token(start, position, kind, len(brackets)))
            continue
        match = _CODE.match(text, position)
        assert match is not None
        start, position = match.span()
        group = match.lastgroup
        depth = len(brackets)
        match group:
            case "atom":
                kind = "atom"
                if brackets.endswith("{") and ":" in match[0]:
                    position = start + (match[0].find(":") or 1)
                    kind = _pair_piece(text[start:position])
                tokens.append(Token(start, position, kind, depth))
            case "open":
                tokens.append(Token(start, position, "open", depth))
                brackets += text[start]
            case "close":
                remaining = _close(brackets, text[start])
                if remaining is None:
                    tokens.append(Token(start, position, "error", depth))
                else:
                    brackets = remaining
                    tokens.append(Token(start, position, "close", len(brackets)))
            case "mark" | "quote":
                tokens.append(Token(start, position, "quote", depth))
            case "header" | "comment":
                tokens.append(Token(start, position, "comment", depth))
            case "number":
                tokens.append(Token(start, position, "number", depth))
            case "quoted":
                tokens.append(Token(start, start + 1, "quote", depth))
                tokens.append(Token(start + 1, position, "atom", depth))
            case "string":
                ending = RAW_STRINGS.get(match[0].removeprefix("b"), '"')
                stop, ending = _inside(text, position, ending)
                tokens.append(Token(start, stop, "string", depth))
                position = stop
            case "block":
                closed_here = _MARK.search(text, position) is not None
                foresight = foresight or not closed_here
                if closed_here or marked:
                    stop, ending = _inside(text, position, BLOCK_COMMENT)
                else:
                    stop = length
                tokens.append(Token(start, stop, "comment", depth))
                position = stop
    return Line(text, before, State(ending, brackets), tuple(tokens), foresight)


def _pair_piece(piece: str) -> TokenKind:
    """What a piece of ``key:value`` is."""
    if piece == ":":
        return "separator"
    return "number" if _WHOLE_NUMBER.fullmatch(piece) else "atom"


def _inside(text: str, position: int, ending: str) -> tuple[int, str]:
    """Where the string or comment around ``position`` stops in this line, and what it awaits."""
    if ending == '"':
        quote = _STRING_END.match(text, position)
        return (quote.end(), "") if quote else (len(text), ending)
    if ending == BLOCK_COMMENT:
        mark = _MARK.search(text, position)
        return (mark.end(), "") if mark else (len(text), ending)
    stop = text.find(ending, position)
    return (stop + len(ending), "") if stop >= 0 else (len(text), ending)


def _close(brackets: str, closer: str) -> str | None:
    """The brackets still open after ``closer``; ``None`` if it fits none of them.

    A ``]`` without an open ``[`` closes every parenthesis of the top-level form.
    """
    if brackets and CLOSERS[brackets[-1]] == closer:
        return brackets[:-1]
    if closer == "]" and brackets and set(brackets) == {"("}:
        return ""
    return None
