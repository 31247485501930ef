"""Text that grows at its end, broken into rows as it comes.

Rows are broken behind blanks, so only the last one can change when text follows: a long text takes
a new word as quickly as a short one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass

from rich.cells import cell_len

from workbench.app.drawable import TAB, takes_cell_each


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a flow: where its text begins and ends.

    ``line`` is the number of the line that it is a part of, which begins at ``line_start``.
    """

    start: int
    end: int
    line: int
    line_start: int


class Flow:
    """A text of lines in rows of some width; there is one row at least.

    Attributes:
        text: The whole text.
        width: How many cells a row has.
    """

    def __init__(self, width: int = 0) -> None:
        self.text = ""
        self.width = width
        self._begin()

    @property
    def rows(self) -> int:
        """How many rows the text takes."""
        return len(self._starts)

    def row(self, number: int) -> Row:
        """The row of a number, without the end of its line."""
        start, last = self._starts[number], number == self.rows - 1
        end = len(self.text) if last else self._starts[number + 1]
        ended = not last and self._lines[number + 1] > self._lines[number]
        line_start = self._line_starts[number]
        return Row(start, end - ended, self._lines[number], line_start)

    def row_at(self, place: int) -> int:
        """The number of the row on which a character stands."""
        return bisect_right(self._starts, place) - 1

    def extend(self, text: str) -> int:
        """Add text at the end; answers the first row that has changed."""
        changed = self.rows - 1
        self.text += text
        self._break()
        return changed

    def wrap(self, width: int) -> None:
        """Break the text for rows of another width."""
        if width != self.width:
            self.width = width
            self._begin()
            self._break()

    def _begin(self) -> None:
        self._starts = array("q", [0])
        self._lines = array("q", [0])
        self._line_starts = array("q", [0])

    def _break(self) -> None:
        """Begin rows until the rest of the text fits into the last one."""
        start, line, line_start = self._starts[-1], self._lines[-1], self._line_starts[-1]
        while True:
            reach = self._reach(start)
            newline = self.text.find("\n", start, reach + 1)
            if newline >= 0:
                start = line_start = newline + 1
                line += 1
            elif reach == len(self.text):
                return
            else:
                blank = self.text.rfind(" ", start, reach + 1)
                start = reach if blank < 0 else blank + 1
            self._starts.append(start)
            self._lines.append(line)
            self._line_starts.append(line_start)

    def _reach(self, start: int) -> int:
        """Where the text ends that begins at ``start`` and fits into the width."""
        width = max(1, self.width)
        part = self.text[start : start + width]
        if "\t" not in part and takes_cell_each(part.replace("\n", "")):
            return start + len(part)
        used = 0
        for place, character in enumerate(part, start):
            used += TAB - used % TAB if character == "\t" else cell_len(character)
            if used > width:
                return max(place, start + 1)
        return start + len(part)
