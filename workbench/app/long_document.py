"""A document that is quick however many lines it has.

Textual's own joins and measures every line for each key and for each line drawn: with 20,000
lines a key takes longer than people take to type it. This one measures what was edited.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.document._document import Document, EditResult, Location
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Size

from workbench.app.drawable import drawn_width


class LongDocument(Document):
    """The lines of a text; ``version`` counts the edits.

    Args:
        text: All lines.
        edited: Called after an edit with the first line that is another now, the end of such
            lines before the edit, and their end after it.
    """

    def __init__(self, text: str, edited: Callable[[int, int, int], None] | None = None) -> None:
        super().__init__(text)
        self._edited = edited
        self.version = 0
        self._joined: str | None = None
        self._tab_width = 0
        self._widths: list[int] = []

    @property
    def text(self) -> str:
        """The whole text."""
        if self._joined is None:
            self._joined = super().text
        return self._joined

    def get_size(self, tab_width: int) -> Size:
        """Cells of the widest line, and number of lines."""
        if tab_width != self._tab_width:
            self._tab_width = tab_width
            self._widths = self._measured(0, self.line_count)
        return Size(max(self._widths), self.line_count)

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Replace what stands between two places; every edit comes this way."""
        first, old_end = min(start, end)[0], max(start, end)[0] + 1
        before, line_count = self.lines[first:old_end], self.line_count
        result = super().replace_range(start, end, text)
        self.version += 1
        self._joined = None
        new_end = old_end + self.line_count - line_count
        if self._tab_width:
            self._widths[first:old_end] = self._measured(first, new_end)
        if self._edited is not None:
            after = self.lines[first:new_end]
            same = int(before[0] == after[0])  # enter at the end of a line leaves it as it is
            kept = int(len(before) > same < len(after) and before[-1] == after[-1])
            self._edited(first + same, old_end - kept, new_end - kept)
        return result

    def _measured(self, first: int, end: int) -> list[int]:
        return [drawn_width(line, self._tab_width) for line in self.lines[first:end]]


class LongWrappedDocument(WrappedDocument):
    """How the lines stand on the screen: one row each, unless they are wrapped to a width."""

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Wrap all lines to ``width`` cells; 0 keeps them whole."""
        self._whole = not width
        super().wrap(width, tab_width)

    @property
    def height(self) -> int:
        """The number of rows."""
        return self.document.line_count if self._whole else super().height
