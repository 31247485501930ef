"""Finding words in lines of text, as they are written or whatever their case."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from workbench.app.structure import Form, Location


@dataclass(frozen=True)
class Search:
    """What is looked for: ``words`` within a line, in any case unless ``cased``."""

    words: str
    cased: bool = False

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.words), 0 if self.cased else re.IGNORECASE)

    def in_line(self, text: str) -> list[tuple[int, int]]:
        """The stretches of ``text`` that match, from left to right."""
        if not self.words:
            return []
        return [match.span() for match in self._pattern.finditer(text)]

    def in_lines(self, lines: Sequence[str]) -> list[Form]:
        """The places of all matches, in order."""
        return [
            Form((row, start), (row, end))
            for row, text in enumerate(lines)
            for start, end in self.in_line(text)
        ]


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
