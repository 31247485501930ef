"""The parts of a container, one to a row: only what is in view is held and asked for."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from workbench.app.drawable import fitted
from workbench.app.panels.base import Inspect
from workbench.app.panels.paged import PagedView
from workbench.app.panels.row_list import Parts, RowList
from workbench.runtime.protocol import EntriesView, EntryView, Handle, Trail, Window

PAGE = 50
PAGES_HELD = 400
TENSOR_KINDS = ("torch_tensor", "torch_quantized_tensor")


class Entered(Message):
    """The part at ``trail`` shall be shown."""

    def __init__(self, trail: Trail) -> None:
        super().__init__()
        self.trail = trail


class LeaveWanted(Message):
    """What holds the value shall be shown."""


class EntryList(RowList, PagedView):
    """Index or key, kind and value of every part."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Enter", id="entries.enter", tooltip="Show the part"),
        Binding("right", "choose", show=False, id="entries.right", tooltip="Show this part, too"),
        Binding(
            "left",
            "leave",
            show=False,
            id="entries.leave",
            tooltip="Show what holds the value",
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.handle: Handle = 0
        self.trail: Trail = ()
        self.count = 0
        self.entries: dict[int, EntryView] = {}
        self.label_width = self.kind_width = 0
        self.cursors: dict[tuple[Handle, Trail], int] = {}

    @property
    def row_count(self) -> int:
        """How many parts there are."""
        return self.count

    @property
    def window(self) -> Window:
        """The page in view."""
        return Window(row=max(0, self.cursor - PAGE // 2), rows=PAGE)

    def show(self, handle: Handle, trail: Trail, view: EntriesView) -> None:
        """Show the parts of a value, with the cursor where it was among them."""
        self.handle, self.trail = handle, trail
        self.count = view.count
        self.label_width = self.kind_width = 0
        self.forget()
        self.extend(view)
        self.lay_out(self.cursors.get((handle, trail), 0))

    def extend(self, view: EntriesView) -> None:
        """Keep a further page."""
        if len(self.entries) > PAGES_HELD * PAGE:
            self.forget()
        for number, entry in enumerate(view.entries, view.first):
            self.entries[number] = entry
            self.label_width = max(self.label_width, len(entry.label))
            self.kind_width = max(self.kind_width, len(entry.kind))
        self.label_width = max(self.label_width, len(str(self.count - 1)))
        self.settle()

    def forget(self) -> None:
        """Hold no parts."""
        self.entries.clear()
        self.asked.clear()

    def ask(self) -> None:
        """Ask for the pages that hold what is in view and missing."""
        top = self.scroll_offset.y
        bottom = min(self.count, top + self.scrollable_content_region.height)
        pages = {row // PAGE for row in range(top, bottom) if row not in self.entries}
        for page in sorted(pages - self.asked):
            self.asked.add(page)
            window = Window(row=page * PAGE, rows=PAGE)
            self.post_message(Inspect(self.handle, window, self.trail))

    def watch_cursor(self) -> None:
        """Remember where the cursor is in this value."""
        super().watch_cursor()
        self.cursors[self.handle, self.trail] = self.cursor

    def beside(self, trail: Trail, step: int) -> Trail:
        """The part ``step`` further than the one at ``trail``; nothing where there is none."""
        rows = (row for row, entry in self.entries.items() if entry.step == trail[-1])
        row = next(rows, None)
        entry = None if row is None else self.entries.get(row + step)
        return () if entry is None else (*self.trail, entry.step)

    def row_parts(self, row: int, width: int) -> Parts:
        """Label, kind and value; a dot for what is not there yet."""
        entry = self.entries.get(row)
        label_width = min(self.label_width, max(8, width * 2 // 5))
        if entry is None:
            return ((" " + fitted("·", label_width), "row--kind"),)
        kind_width = min(self.kind_width, 16, width * 3 // 10)
        value_width = max(0, width - label_width - kind_width - 4)
        kind = "row--tensor" if entry.kind in TENSOR_KINDS else "row--kind"
        return (
            (" " + fitted(entry.label, label_width), "row--name"),
            (" " + fitted(entry.kind.rstrip("_"), kind_width), kind),
            (" " + fitted(entry.text, value_width), "row--value"),
        )

    def choose(self, row: int) -> None:
        """Show the part."""
        entry = self.entries.get(row)
        if entry is not None:
            self.post_message(Entered((*self.trail, entry.step)))

    def action_leave(self) -> None:
        """Show what holds the value."""
        self.post_message(LeaveWanted())
