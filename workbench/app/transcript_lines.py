"""The lines of a transcript, and the rows that they take.

A hundred thousand lines are kept, so a line of plain output is its text and nothing else: objects
would make each search for garbage stop the screen. A line wider than the pane takes several rows;
which row begins which line is kept as one sorted array, so that many lines scroll as ten do.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from workbench.app.drawable import drawable, takes_cell_each
from workbench.app.highlight import Span
from workbench.runtime.protocol import Stream

MAX_LINE = 10_000


@dataclass(slots=True)
class TranscriptLine:
    """One line: its text, its role, and stretches that are coloured otherwise.

    A note that tells of lines which were left out has the text of those that are kept in
    ``left_out``, what they were written to in ``stream``, and in ``lost`` how many others there
    were. A line that was submitted has it as it was, not as it is drawn, in ``source``.
    """

    text: str
    role: str
    spans: tuple[Span, ...] = ()
    left_out: str | None = None
    stream: Stream = "output"
    lost: int = 0
    source: str | None = None


Line = str | TranscriptLine
"""A line; one of plain output is its text."""


class LineStore:
    """Lines in the order of their rows, of which the first are forgotten where there are many.

    Attributes:
        lines: The lines that are kept, after a note if some are forgotten.
        width: How many cells a row has.
        forgotten: How many lines are kept no more.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.width = 0
        self.forgotten = 0
        self._starts = array("q")
        self._begin = 0
        self._end = 0

    @property
    def rows(self) -> int:
        """How many rows the lines take."""
        return self._end - self._begin

    def row_of(self, index: int) -> int:
        """The first row of a line."""
        return self._starts[index] - self._begin

    def index_at(self, row: int) -> int:
        """The line that takes a row."""
        return bisect_right(self._starts, row + self._begin) - 1

    def section(self, row: int) -> tuple[int, int]:
        """Where the part of a line begins and ends that stands on a row."""
        index = self.index_at(row)
        return self._sections(text_of(self.lines[index]))[row - self.row_of(index)]

    def extend(self, fresh: Sequence[Line]) -> None:
        """Add lines at the end."""
        self.lines.extend(fresh)
        self._place(fresh)

    def drop_last(self) -> None:
        """Take the last line away."""
        self.lines.pop()
        self._end = self._starts.pop()

    def forget(self, count: int) -> int:
        """Drop the oldest lines, and say so in a note; answers how many rows are gone.

        Those that are left keep their breaks.
        """
        before = self.rows
        self.forgotten += count - (self.forgotten > 0)
        del self.lines[:count], self._starts[:count]
        note = TranscriptLine(f"… {self.forgotten:,} earlier lines are gone …", "note")
        self._begin = self._starts[0] - len(self._sections(note.text))
        self.lines.insert(0, note)
        self._starts.insert(0, self._begin)
        return before - self.rows

    def replace(self, index: int, lines: Iterable[Line]) -> None:
        """Put lines in the place of one."""
        self.lines[index : index + 1] = lines
        self.wrap(self.width)

    def wrap(self, width: int) -> None:
        """Break every line anew, for rows of so many cells."""
        self.width = width
        self._starts = array("q")
        self._begin = self._end = 0
        self._place(self.lines)

    def clear(self) -> None:
        """Forget every line."""
        self.lines.clear()
        self.forgotten = 0
        self.wrap(self.width)

    def _place(self, fresh: Sequence[Line]) -> None:
        texts = [line if isinstance(line, str) else line.text for line in fresh]
        if max(map(len, texts), default=0) <= self.width and takes_cell_each("".join(texts)):
            self._starts.extend(range(self._end, self._end + len(texts)))
            self._end += len(texts)
            return
        for text in texts:
            self._starts.append(self._end)
            fits = len(text) <= self.width and takes_cell_each(text)
            self._end += 1 if fits else len(self._sections(text))

    def _sections(self, text: str) -> list[tuple[int, int]]:
        """The stretches of ``text`` that stand on the rows of its line, cut behind blanks."""
        sections: list[tuple[int, int]] = []
        start, width, simple = 0, max(self.width, 1), takes_cell_each(text)
        while start < len(text):
            end = min(start + width, len(text)) if simple else _fitting(text, start, width)
            if end < len(text):
                blank = text.rfind(" ", (start + end) // 2, end)
                end = blank + 1 if blank > 0 else end
            sections.append((start, end))
            start = end
        return sections or [(0, 0)]


def text_of(line: Line) -> str:
    """What a line says."""
    return line if isinstance(line, str) else line.text


def printed(pieces: list[str], stream: Stream) -> list[Line]:
    """Lines that a program wrote, as they can be drawn."""
    if max(map(len, pieces), default=0) > MAX_LINE or not "".join(pieces).isprintable():
        pieces = [clean(piece) for piece in pieces]
    return [*pieces] if stream == "output" else [TranscriptLine(text, stream) for text in pieces]


def clean(text: str) -> str:
    """One line as it can be drawn: the last state of an overwritten line, no control codes."""
    if "\r" in text:
        text = next((part for part in reversed(text.split("\r")) if part), "")
    text = drawable(text)
    if len(text) > MAX_LINE:
        return f"{text[:MAX_LINE]} … {len(text) - MAX_LINE:,} characters more"
    return text


def _fitting(text: str, start: int, width: int) -> int:
    """Where the part of ``text`` ends that begins at ``start`` and fits into ``width`` cells."""
    used = 0
    for place in range(start, len(text)):
        used += cell_len(text[place])
        if used > width:
            return max(place, start + 1)
    return len(text)
