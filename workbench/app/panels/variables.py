"""The program's globals: name, kind and short value; choosing one shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from workbench.app.panels.base import Panel, ShowVariable
from workbench.app.panels.lines import fitted
from workbench.runtime.protocol import SessionRestarted, VariablesChanged, VariableView


class VariableList(ScrollView, can_focus=True):
    """Draws the visible rows only, so that thousands of variables cost as little as ten."""

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
        Binding("up", "move(-1)", show=False, id="variables.up", tooltip="The row above"),
        Binding("down", "move(1)", show=False, id="variables.down", tooltip="The row below"),
        Binding("pageup", "page(-1)", show=False, id="variables.page_up", tooltip="A page up"),
        Binding("pagedown", "page(1)", show=False, id="variables.page_down", tooltip="A page down"),
        Binding(
            "home", "move(-1_000_000_000)", show=False, id="variables.first", tooltip="The first"
        ),
        Binding("end", "move(1_000_000_000)", show=False, id="variables.last", tooltip="The last"),
        Binding("escape", "clear", show=False, id="variables.clear", tooltip="Clear the filter"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "variables--name",
        "variables--kind",
        "variables--tensor",
        "variables--value",
        "variables--cursor",
    }
    DEFAULT_CSS = """
    VariableList {
        height: 1fr;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        & > .variables--name { color: $foreground; text-style: bold; }
        & > .variables--kind { color: $foreground 60%; }
        & > .variables--tensor { color: $text-accent; }
        & > .variables--value { color: $foreground 85%; }
        & > .variables--cursor { background: $primary 25%; }
        &:focus > .variables--cursor { background: $primary 45%; }
    }
    """

    cursor = reactive(0)

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[VariableView] = []
        self.name_width = self.kind_width = 0
        self.filter_text = ""

    def show(self, variables: list[VariableView], filter_text: str) -> None:
        """Show these rows; the cursor stays on the name it was on."""
        current = self.shown[self.cursor].name if self.cursor < len(self.shown) else ""
        self.shown = variables
        self.filter_text = filter_text
        self.name_width = max((len(variable.name) for variable in variables), default=0)
        self.kind_width = max((len(variable.kind) for variable in variables), default=0)
        self.virtual_size = Size(0, len(variables))
        names = (row for row, variable in enumerate(variables) if variable.name == current)
        self.cursor = next(names, 0)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, len(self.shown) - 1))

    def watch_cursor(self) -> None:
        """Bring the cursor into view."""
        top, height = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One variable."""
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if row >= len(self.shown):
            return Strip.blank(width, self.rich_style)
        variable = self.shown[row]
        name_width = min(self.name_width, max(8, width * 2 // 5))
        kind_width = min(self.kind_width, 16, width * 3 // 10)
        value_width = max(0, width - name_width - kind_width - 4)
        kind = "variables--tensor" if variable.is_tensor else "variables--kind"
        parts = (
            (" " + fitted(variable.name, name_width), "variables--name"),
            (" " + fitted(variable.kind.rstrip("_"), kind_width), kind),
            (" " + fitted(variable.text, value_width), "variables--value"),
        )
        highlight = Style()
        if row == self.cursor:
            highlight = Style(bgcolor=self.get_component_rich_style("variables--cursor").bgcolor)
        segments = [
            Segment(text, self.get_component_rich_style(style) + highlight) for text, style in parts
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style + highlight)

    def on_key(self, event: events.Key) -> None:
        """Typing narrows the list."""
        if event.character and event.is_printable:
            text = self.filter_text + event.character
        elif event.key == "backspace" and self.filter_text:
            text = self.filter_text[:-1]
        else:
            return
        event.stop()
        self.post_message(self.FilterTyped(text))

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        row = event.y + self.scroll_offset.y
        if row < len(self.shown):
            self.cursor = row
            self.action_choose()

    def action_choose(self) -> None:
        """Show the variable under the cursor."""
        if self.cursor < len(self.shown):
            self.post_message(self.Chosen(self.shown[self.cursor]))

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in view."""
        self.cursor += pages * max(1, self.scrollable_content_region.height - 1)

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
                (self.filter_text, "$text-accent bold"),
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
