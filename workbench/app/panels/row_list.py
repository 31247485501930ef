"""A list of rows with a cursor, of which only the visible ones are drawn."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

Parts = tuple[tuple[str, str], ...]
"""Texts and the component classes that colour them, side by side on one row."""


class RowList(ScrollView, can_focus=True):
    """Rows by number; a subclass says how many there are and what stands on each.

    The keys that move the cursor are bound here, what enter does is up to the subclass.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, id="rows.up", tooltip="The row above"),
        Binding("down", "move(1)", show=False, id="rows.down", tooltip="The row below"),
        Binding("pageup", "page(-1)", show=False, id="rows.page_up", tooltip="A page up"),
        Binding("pagedown", "page(1)", show=False, id="rows.page_down", tooltip="A page down"),
        Binding("home", "move(-1_000_000_000)", show=False, id="rows.first", tooltip="The first"),
        Binding("end", "move(1_000_000_000)", show=False, id="rows.last", tooltip="The last"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row--name",
        "row--kind",
        "row--tensor",
        "row--value",
        "row--mark",
        "row--cursor",
    }
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        & > .row--name { color: $foreground; text-style: bold; }
        & > .row--kind { color: $foreground 60%; }
        & > .row--tensor { color: $text-accent; }
        & > .row--value { color: $foreground 85%; }
        & > .row--mark { color: $text-warning; }
        & > .row--cursor { background: $primary 25%; }
        &:focus > .row--cursor { background: $primary 45%; }
    }
    """

    cursor = reactive(0)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row_parts(self, row: int, width: int) -> Parts:
        """What stands on ``row``, in ``width`` cells."""
        raise NotImplementedError

    def choose(self, row: int) -> None:
        """Enter was pressed on ``row``, or it was clicked."""
        raise NotImplementedError

    def lay_out(self, cursor: int) -> None:
        """The rows have changed: put the cursor on one of them and draw."""
        self.virtual_size = Size(0, self.row_count)
        self.cursor = cursor
        self.keep_in_view()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, self.row_count - 1))

    def watch_cursor(self) -> None:
        """Bring the cursor into view."""
        self.keep_in_view()

    def keep_in_view(self) -> None:
        """Scroll as far as the cursor needs it, and draw."""
        top, height = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row."""
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if row >= self.row_count:
            return Strip.blank(width, self.rich_style)
        highlight = Style()
        if row == self.cursor:
            highlight = Style(bgcolor=self.get_component_rich_style("row--cursor").bgcolor)
        segments = [
            Segment(text, self.get_component_rich_style(style) + highlight)
            for text, style in self.row_parts(row, width)
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style + highlight)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        row = event.y + self.scroll_offset.y
        if row < self.row_count:
            self.cursor = row
            self.choose(row)

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.row_count:
            self.choose(self.cursor)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in view."""
        self.cursor += pages * max(1, self.scrollable_content_region.height - 1)
