"""Finding words or a pattern in lines of text, as they are written or whatever their case."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic
from typing import Any

from workbench.app.structure import Form, Location

PATIENCE = 0.3
"""Seconds that a pattern may take: some would take years, and typing waits for them."""


LINE_END = re.compile(r"(?<!\\)(?:\\\\)*\\[nR]|\(\?[a-z]*s")
"""What tells a pattern that may reach over several lines from others."""


class PatternError(ValueError):
    """A pattern or a replacement that is none; the message is one sentence."""


@dataclass
class Search:
    r"""What is looked for, in any case unless ``cased``.

    A match lies within a line, but for patterns that name the end of a line, ``\n`` or ``(?s)``.

    Args:
        words: What is looked for; nothing is found of an empty text.
        cased: Tell upper from lower case.
        pattern: Read ``words`` as a regular expression; ``^``, ``$`` and their like match nothing
            but a place.
    """

    words: str
    cased: bool = False
    pattern: bool = False

    def __post_init__(self) -> None:
        self._compiled: Any = None
        self._text = ""
        self._starts: list[int] = []
        self.mistake = ""
        """Why nothing can be found, in one sentence."""
        self.crosses_lines = self.pattern and LINE_END.search(self.words) is not None
        """Whether a match may reach over several lines."""
        try:
            self._compiled = self._compile() if self.words else None
        except PatternError as error:
            self.mistake = str(error)

    def _compile(self) -> Any:
        if not self.pattern:
            return re.compile(re.escape(self.words), 0 if self.cased else re.IGNORECASE)
        import regex  # the standard module can't be stopped once it searches

        try:
            return regex.compile(
                self.words, regex.MULTILINE | (0 if self.cased else regex.IGNORECASE)
            )
        except regex.error as error:
            place = f" at character {error.pos + 1}" if error.pos is not None else ""
            raise PatternError(f"'{self.words}' is no pattern: {error.msg}{place}") from error

    def in_line(self, text: str) -> list[tuple[int, int]]:
        """The stretches of ``text`` that match, from left to right."""
        return [match.span() for match in self._all_in(text)]

    def _all_in(self, text: str) -> list[Any]:
        if self._compiled is None:
            return []
        patience = {"timeout": PATIENCE} if self.pattern else {}
        try:
            return list(self._compiled.finditer(text, **patience))
        except TimeoutError:
            self._give_up()
            return []

    def in_lines(self, lines: Sequence[str]) -> list[Form]:
        """The places of all matches, in order."""
        if self.crosses_lines:
            self._text = "\n".join(lines)
            self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
            spans = self.in_line(self._text)
            return [Form(self._place(start), self._place(end)) for start, end in spans]
        found: list[Form] = []
        latest = monotonic() + PATIENCE
        for row, text in enumerate(lines):
            found += [Form((row, start), (row, end)) for start, end in self.in_line(text)]
            if self.pattern and not row % 256 and monotonic() > latest:
                self._give_up()
        return [] if self.mistake else found

    def _place(self, offset: int) -> Location:
        row = bisect_right(self._starts, offset) - 1
        return row, offset - self._starts[row]

    def replacement(self, lines: Sequence[str], start: Location, template: str) -> str:
        r"""What comes in the place of the match that begins at ``start``.

        Args:
            lines: The text that was searched last.
            start: Where a match begins.
            template: Words as they are; for a pattern ``\1`` and ``\g<name>`` are its groups.

        Raises:
            PatternError: The template names a group that the pattern has not.
        """
        if not self.pattern:
            return template
        import regex

        row, column = start
        if self.crosses_lines:
            match = self._compiled.match(self._text, self._starts[row] + column, timeout=PATIENCE)
        else:
            match = self._compiled.match(lines[row], column, timeout=PATIENCE)
        try:
            expanded: str = match.expand(template)
        except (regex.error, IndexError) as error:
            reason = getattr(error, "msg", str(error))
            raise PatternError(f"'{template}' can't replace a match: {reason}") from error
        return expanded

    def _give_up(self) -> None:
        self._compiled = None
        self.mistake = f"'{self.words}' takes too long in this text"


def match_after(matches: Sequence[Form], place: Location) -> Form | None:
    """The first of the sorted ``matches`` that begins at ``place`` or later, else the first."""
    if not matches:
        return None
    return matches[bisect_left(matches, place, key=lambda match: match.start) % len(matches)]


def match_before(matches: Sequence[Form], place: Location) -> Form | None:
    """The last of the sorted ``matches`` that ends at ``place`` or earlier, else the last."""
    if not matches:
        return None
    return matches[bisect_right(matches, place, key=lambda match: match.end) - 1]
