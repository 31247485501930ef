"""Text whose wide lines go on under their beginning: what is beside a key, an item of a list."""

from __future__ import annotations

import re

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

FARTHEST = 40
LEAST_ROOM = 16
ITEM = 4
"""How much further than its first row an indented line goes on."""

_COLUMN = re.compile(r"\s*\S+(?: \S+)*  +(?=\S)")


class HangingText(Widget):
    """Lines to read, as wide as there is room.

    Args:
        content: What is shown.
        id: The widget's id.
    """

    DEFAULT_CSS = "HangingText { width: 1fr; height: auto; }"

    def __init__(self, content: Content, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.content = content

    def update(self, content: Content) -> None:
        """Show another text."""
        self.content = content
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the lines take in ``width`` cells."""
        return len(hung(self.content, width))

    def render(self) -> Content:
        """The rows."""
        return Content("\n").join(hung(self.content, self.content_size.width))


def hung(content: Content, width: int) -> list[Content]:
    """The rows of ``content`` in ``width`` cells."""
    rows: list[Content] = []
    for line in content.split("\n", allow_blank=True):
        hang = hanging(line.plain)
        if line.cell_length <= width or width - hang < LEAST_ROOM:
            rows += line.wrap(max(width, 1))
            continue
        first, *more = line[hang:].wrap(width - hang)
        rows.append(line[:hang] + first)
        rows += [row.pad_left(hang) for row in more]
    return rows


def hanging(line: str) -> int:
    """The column in which a line goes on: that of its second column, or a little behind its first.

    A line without indentation and columns is prose and goes on at the start.
    """
    column = _COLUMN.match(line)
    if column and len(column[0]) == cell_len(column[0]) <= FARTHEST:
        return column.end()
    blank = len(line) - len(line.lstrip())
    return blank + ITEM if blank or line.startswith("(") else 0
