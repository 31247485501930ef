"""The program's globals: name, kind and short value; choosing one shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from workbench.app.drawable import fitted, single_line
from workbench.app.key_events import is_text
from workbench.app.panels.base import Panel, ShowVariable
from workbench.app.panels.row_list import Parts, RowList
from workbench.runtime.protocol import SessionRestarted, VariablesChanged, VariableView


class VariableList(RowList):
    """A row for each variable; typing narrows the list."""

    class Chosen(Message):
        """The reader wants to see this variable."""

        def __init__(self, variable: VariableView) -> None:
            super().__init__()
            self.variable = variable

    class FilterTyped(Message):
        """The reader typed while the list had the focus; ``text`` is the new filter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Show", id="variables.show", tooltip="Show the variable"),
        Binding("escape", "clear", show=False, id="variables.clear", tooltip="Clear the filter"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[VariableView] = []
        self.name_width = self.kind_width = 0
        self.filter_text = ""

    @property
    def row_count(self) -> int:
        """How many variables match."""
        return len(self.shown)

    def show(self, variables: list[VariableView], filter_text: str) -> None:
        """Show these rows; the cursor stays on the name it was on."""
        current = self.shown[self.cursor].name if self.cursor < len(self.shown) else ""
        self.shown = variables
        self.filter_text = filter_text
        self.name_width = max((len(variable.name) for variable in variables), default=0)
        self.kind_width = max((len(variable.kind) for variable in variables), default=0)
        names = (row for row, variable in enumerate(variables) if variable.name == current)
        self.lay_out(next(names, 0))

    def row_parts(self, row: int, width: int) -> Parts:
        """Name, kind and value."""
        variable = self.shown[row]
        name_width = min(self.name_width, max(8, width * 2 // 5))
        kind_width = min(self.kind_width, 16, width * 3 // 10)
        value_width = max(0, width - name_width - kind_width - 4)
        kind = "row--tensor" if variable.is_tensor else "row--kind"
        return (
            (" " + fitted(variable.name, name_width), "row--name"),
            (" " + fitted(variable.kind.rstrip("_"), kind_width), kind),
            (" " + fitted(variable.text, value_width), "row--value"),
        )

    def choose(self, row: int) -> None:
        """Show the variable."""
        self.post_message(self.Chosen(self.shown[row]))

    def on_key(self, event: events.Key) -> None:
        """Typing narrows the list."""
        if event.character and is_text(event):
            text = self.filter_text + event.character
        elif event.key == "backspace" and self.filter_text:
            text = self.filter_text[:-1]
        else:
            return
        event.stop()
        self.post_message(self.FilterTyped(text))

    def action_clear(self) -> None:
        """Show all variables again."""
        self.post_message(self.FilterTyped(""))


class VariablesPanel(Panel[VariablesChanged | SessionRestarted]):
    """The globals of the program, by name."""

    title = "Variables"
    empty = "No variables yet.\n\nA (setq name value) at the top level\nadds the first one."
    accepts = (VariablesChanged, SessionRestarted)
    DEFAULT_CSS = """
    VariablesPanel > #variables-summary { height: 1; padding: 0 1; color: $foreground 60%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.variables: tuple[VariableView, ...] = ()
        self.filter_text = ""

    def contents(self) -> ComposeResult:
        """A summary line above the list."""
        yield Static(id="variables-summary", markup=False)
        yield VariableList()

    def receive(self, events: Sequence[VariablesChanged | SessionRestarted]) -> None:
        """Show the newest state of the batch."""
        newest = events[-1]
        self.variables = newest.variables if isinstance(newest, VariablesChanged) else ()
        self.filled = bool(self.variables)
        self.show_matching()

    def show_matching(self) -> None:
        """List the variables whose name or kind holds the filter, in any case of letters."""
        wanted = self.filter_text.casefold()
        matching = [
            variable
            for variable in self.variables
            if wanted in variable.name.casefold() or wanted in variable.kind.casefold()
        ]
        self.query_one(VariableList).show(matching, self.filter_text)
        count = f"{len(self.variables)} variable{'s' * (len(self.variables) != 1)}"
        summary = (
            Content.assemble(
                f"{len(matching)} of {count} match ",
                (single_line(self.filter_text), "$text-accent bold"),
                "   esc shows all",
            )
            if wanted
            else Content(f"{count}   type to filter, enter shows one")
        )
        self.query_one("#variables-summary", Static).update(summary)

    @on(VariableList.FilterTyped)
    def narrow(self, event: VariableList.FilterTyped) -> None:
        """Apply what was typed."""
        event.stop()
        self.filter_text = event.text
        self.show_matching()

    @on(VariableList.Chosen)
    def choose(self, event: VariableList.Chosen) -> None:
        """Ask the app to show the variable."""
        event.stop()
        self.post_message(ShowVariable(event.variable.handle, event.variable.name))
