"""A model as a tree: a row for each module, parameter and buffer, unfolded on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from workbench.app.drawable import fitted
from workbench.app.panels.base import Inspect
from workbench.app.panels.entry_list import TENSOR_KINDS, Entered, LeaveWanted
from workbench.app.panels.numerals import byte_size, count_text
from workbench.app.panels.row_list import Parts, RowList
from workbench.runtime.protocol import EntriesView, EntryView, Handle, Trail, Window

LARGEST_BRANCH = 2000
"""Rows that one module may unfold into."""

NUMBER_WIDTH = 5
ROOMY = 70
"""Cells from which marks may take a third."""

WHOLE = Window(rows=LARGEST_BRANCH)


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row: ``depth`` counts the modules around it, below the root."""

    depth: int
    trail: Trail
    entry: EntryView


class ModuleTree(RowList):
    """Name, class and output shape, parameters, memory and marks of every module."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose",
            "Unfold/show",
            id="tree.choose",
            tooltip="Unfold or fold the module; show the parameter as a tensor",
        ),
        Binding("right", "unfold", show=False, id="tree.unfold", tooltip="Unfold the module"),
        Binding(
            "left",
            "fold",
            show=False,
            id="tree.fold",
            tooltip="Fold the module, or go to the one around it",
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.handle: Handle = 0
        self.trail: Trail = ()
        self.branches: dict[Trail, EntriesView] = {}
        self.unfolded: set[Trail] = set()
        self.rows: list[TreeRow] = []
        self.name_width = self.mark_width = 0

    @property
    def row_count(self) -> int:
        """How many rows are unfolded."""
        return len(self.rows)

    def show(self, handle: Handle, trail: Trail, view: EntriesView) -> None:
        """Show a model; one that was shown last stays unfolded, its rows are asked for anew."""
        if (handle, trail) != (self.handle, self.trail):
            self.handle, self.trail = handle, trail
            self.branches.clear()
            self.unfolded.clear()
            self.rows = []
            self.cursor = 0
        else:
            for unfolded in sorted(self.unfolded, key=len):
                self.ask(unfolded)
        if view.first or len(view.entries) < min(view.count, LARGEST_BRANCH):
            self.ask(trail)
        self.fill(trail, view)

    def fill(self, trail: Trail, view: EntriesView) -> None:
        """Keep what a module holds."""
        self.branches[trail] = view
        self.lay_out_rows()

    def ask(self, trail: Trail) -> None:
        """Ask for what a module holds."""
        self.call_next(lambda: self.post_message(Inspect(self.handle, WHOLE, trail)))

    def lay_out_rows(self) -> None:
        """Find the rows again; the cursor stays on the part it was on."""
        current = self.rows[self.cursor].trail if self.cursor < len(self.rows) else None
        self.rows = list(self.below(self.trail, 0))
        self.name_width = max(
            (2 * row.depth + len(row.entry.label) for row in self.rows), default=0
        )
        self.mark_width = max((len(marks_of(row.entry)) for row in self.rows), default=0)
        found = (number for number, row in enumerate(self.rows) if row.trail == current)
        self.lay_out(next(found, min(self.cursor, max(0, len(self.rows) - 1))))

    def below(self, trail: Trail, depth: int) -> Iterator[TreeRow]:
        """The unfolded rows of a module."""
        branch = self.branches.get(trail)
        for entry in branch.entries if branch else ():
            inner = (*trail, entry.step)
            yield TreeRow(depth, inner, entry)
            if inner in self.unfolded:
                yield from self.below(inner, depth + 1)

    def row_parts(self, row: int, width: int) -> Parts:
        """One module, parameter or buffer."""
        shown = self.rows[row]
        entry, facts = shown.entry, shown.entry.module
        sign = ("▾ " if shown.trail in self.unfolded else "▸ ") if entry.opens else "  "
        numbers = 2 * (NUMBER_WIDTH + 1)
        mark_width = min(self.mark_width, width // (4 if width < ROOMY else 3))
        room = max(0, width - numbers - mark_width - 4)
        name_width = min(self.name_width + 2, room * 3 // 5)
        shape = facts.output if facts else ""
        is_tensor = entry.kind in TENSOR_KINDS
        what = shape if is_tensor else f"{entry.kind} {shape}"
        count = count_text(facts.parameters) if facts else ""
        size = byte_size(facts.size) if facts else ""
        return (
            (" " + fitted("  " * shown.depth + sign + entry.label, name_width), "row--name"),
            (
                " " + fitted(what, max(0, room - name_width)),
                "row--tensor" if is_tensor else "row--kind",
            ),
            (" " + count.rjust(NUMBER_WIDTH), "row--value"),
            (" " + size.rjust(NUMBER_WIDTH), "row--kind"),
            (" " + fitted(marks_of(entry), mark_width), "row--mark"),
        )

    def choose(self, row: int) -> None:
        """Unfold or fold a module; show a tensor."""
        shown = self.rows[row]
        if not shown.entry.opens:
            self.post_message(Entered(shown.trail))
        elif shown.trail in self.unfolded:
            self.unfolded.discard(shown.trail)
            self.lay_out_rows()
        else:
            self.unfold(shown)

    def unfold(self, shown: TreeRow) -> None:
        """Show what a module holds."""
        self.unfolded.add(shown.trail)
        if shown.trail not in self.branches:
            self.ask(shown.trail)
        self.lay_out_rows()

    def action_unfold(self) -> None:
        """Unfold the module under the cursor."""
        if self.rows and self.rows[self.cursor].entry.opens:
            self.unfold(self.rows[self.cursor])

    def action_fold(self) -> None:
        """Fold the module under the cursor, or go to the one around it."""
        shown = self.rows[self.cursor] if self.rows else None
        if shown is not None and shown.trail in self.unfolded:
            self.unfolded.discard(shown.trail)
            self.lay_out_rows()
        elif shown is not None and shown.depth:
            around = shown.trail[:-1]
            self.cursor = next(n for n, row in enumerate(self.rows) if row.trail == around)
        else:
            self.post_message(LeaveWanted())


def marks_of(entry: EntryView) -> str:
    """The words that mark a module."""
    return " ".join(entry.module.marks) if entry.module else ""
