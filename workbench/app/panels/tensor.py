"""The tensor just computed, or any value chosen: a summary, and the elements of a slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from workbench.app.panels.base import Inspect, Panel
from workbench.app.panels.tensor_grid import TensorGrid
from workbench.app.panels.tensor_text import facts, flowed
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    Handle,
    SessionRestarted,
    TensorInspected,
    TensorView,
    ValueInspected,
    ValueView,
    VariablesChanged,
    Window,
)

LONGEST_TEXT = 50_000
Happening = (
    EvaluationFinished
    | EvaluationFailed
    | EvaluationInterrupted
    | TensorInspected
    | ValueInspected
    | VariablesChanged
    | SessionRestarted
)


class SliceBar(Static):
    """Which slice of a tensor of three or more dimensions is shown: ``‹ 2 of 5 ›``.

    The arrows beside an index can be clicked.
    """

    DEFAULT_CSS = """
    SliceBar { height: 1; padding: 0 1; link-style: none; link-color: $text-accent; }
    """

    class Stepped(Message):
        """The index of ``dimension`` shall move by ``step``."""

        def __init__(self, dimension: int, step: int) -> None:
            super().__init__()
            self.dimension = dimension
            self.step = step

    def show(self, shape: Sequence[int], leading: Sequence[int], active: int) -> None:
        """Draw the indices, the active one set off."""
        parts: list[Content | tuple[str, str | Style]] = [("slice ", "$foreground 55%")]
        for dimension, index in enumerate(leading):
            chosen = dimension == active
            style = "bold reverse $accent" if chosen else "$foreground"
            parts += [
                (" ‹ ", Style.from_meta({"@click": f"step({dimension},-1)"})),
                (f" {index} of {shape[dimension]} ", style),
                (" › ", Style.from_meta({"@click": f"step({dimension},1)"})),
            ]
        parts.append((" : :   ", "$foreground 55%"))
        keys = "n p next" if len(leading) == 1 else "n p next  d other"
        parts.append((keys, "$foreground 45%"))
        self.update(Content.assemble(*parts))

    def action_step(self, dimension: int, step: int) -> None:
        """Pass a click on."""
        self.post_message(self.Stepped(dimension, step))


class TensorPanel(Panel[Happening]):
    """A value in full: tensors as a grid, anything else as text."""

    title = "Tensor"
    empty = (
        "No tensor has been computed yet.\n\nThe value of an evaluation appears here,\n"
        "and every variable chosen under Variables."
    )
    accepts = (
        EvaluationFinished,
        EvaluationFailed,
        EvaluationInterrupted,
        TensorInspected,
        ValueInspected,
        VariablesChanged,
        SessionRestarted,
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next slice", id="tensor.next", tooltip="The next slice"),
        Binding("p", "step(-1)", "Previous", id="tensor.previous", tooltip="The slice before"),
        Binding(
            "d",
            "next_dimension",
            "Dimension",
            id="tensor.dimension",
            show=False,
            tooltip="Move slices along the next leading dimension",
        ),
        Binding("h", "toggle_heat", "Heat", id="tensor.heat", tooltip="Shade elements by value"),
    ]
    DEFAULT_CSS = """
    TensorPanel {
        & > #tensor-summary { height: auto; max-height: 5; padding: 0 1; }
        &.-text > TensorGrid, &.-text > SliceBar { display: none; }
        &.-filled > VerticalScroll { display: none; height: 1fr; }
        &.-text > VerticalScroll { display: block; }
        &.-flat > SliceBar { display: none; }
        & #value-text { padding: 0 1; height: auto; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.handle: Handle | None = None
        self.name_shown = ""
        self.expecting = False
        self.view: TensorView | None = None
        self.active = 0

    def contents(self) -> ComposeResult:
        """Summary, slice, grid; and the text of what is no tensor."""
        yield Static(id="tensor-summary", markup=False)
        yield SliceBar()
        yield TensorGrid()
        with VerticalScroll():
            yield Static(id="value-text", markup=False)

    @property
    def grid(self) -> TensorGrid:
        """The elements."""
        return self.query_one(TensorGrid)

    def show(self, handle: Handle, name: str) -> None:
        """Ask for a value, and show it once it arrives."""
        self.name_shown = name
        self.request(handle, Window())

    def request(self, handle: Handle, window: Window) -> None:
        """Ask for a value in a turn of this widget's own.

        A message made in the turn of a widget above would bubble no further than to that one.
        """
        self.handle = handle
        self.expecting = True
        self.call_next(lambda: self.post_message(Inspect(handle, window)))

    def receive(self, events: Sequence[Happening]) -> None:
        """Show what was computed or asked for."""
        for event in events:
            match event:
                case EvaluationFinished(view=ValueView() as value):
                    self.show_computed(value)
                case TensorInspected(view=view) if view.handle == self.handle:
                    self.show_inspected(view)
                case ValueInspected(view=value) if self.expecting and value.handle == self.handle:
                    self.show_value(value)
                case VariablesChanged():
                    self.follow(event)
                case SessionRestarted():
                    self.handle = self.view = None
                    self.filled = False
                case _:
                    pass
        if any(isinstance(event, EvaluationFailed | EvaluationInterrupted) for event in events):
            self.grid.ask_again()

    def show_computed(self, value: ValueView) -> None:
        """A tensor is always shown; other values don't take the place of a tensor."""
        if value.tensor is not None:
            self.name_shown = ""
            self.handle = value.tensor.handle
            self.show_tensor(value.tensor)
        elif self.view is None:
            self.name_shown = ""
            self.handle = value.handle
            self.show_value(value)

    def show_inspected(self, view: TensorView) -> None:
        """Show the tensor that was asked for, or one more window of it."""
        shown = self.view
        if self.expecting or shown is None or shown.shape != view.shape:
            self.show_tensor(view)
        else:
            self.grid.extend(view)

    def show_tensor(self, view: TensorView) -> None:
        """Show a tensor from what is known of it."""
        self.expecting = False
        self.view = view
        self.filled = True
        self.set_class(False, "-text")
        self.set_class(len(view.shape) < 3, "-flat")
        self.grid.show(view)
        self.active = min(self.active, max(0, len(self.grid.leading) - 1))
        self.show_slice()
        self.summarise()

    def show_value(self, value: ValueView) -> None:
        """Show a value that is no tensor."""
        self.expecting = False
        self.view = None
        self.filled = True
        self.set_class(True, "-text")
        if not value.kind:
            text = "This value is no longer there."
        else:
            text = value.text[:LONGEST_TEXT]
            text += " …" * (value.truncated or len(value.text) > LONGEST_TEXT)
        self.query_one("#value-text", Static).update(Content(text))
        heading = Content.assemble(
            (f"{self.name_shown}  " if self.name_shown else "", "bold $text-accent"),
            (value.kind.rstrip("_"), "$foreground 60%"),
        )
        self.query_one("#tensor-summary", Static).update(heading)

    def follow(self, changed: VariablesChanged) -> None:
        """Ask anew for the variable that is shown: its value may be another one now."""
        for variable in changed.variables:
            if self.name_shown and variable.name == self.name_shown:
                leading = self.grid.leading if self.view else ()
                self.request(variable.handle, Window(leading))

    def summarise(self) -> None:
        """Fit the facts to the width."""
        if self.view is not None:
            width = max(1, self.size.width - 2)
            summary = flowed(facts(self.view, self.name_shown), width)
            self.query_one("#tensor-summary", Static).update(summary)

    def on_resize(self) -> None:
        """Fit the facts to the width."""
        self.summarise()

    def show_slice(self) -> None:
        """Draw the indices of the slice."""
        if self.view is not None and self.grid.leading:
            self.query_one(SliceBar).show(self.view.shape, self.grid.leading, self.active)

    @on(SliceBar.Stepped)
    def move(self, event: SliceBar.Stepped) -> None:
        """Move one index, around at its ends."""
        event.stop()
        self.active = event.dimension
        self.action_step(event.step)

    def action_step(self, step: int) -> None:
        """Show the slice that lies ``step`` further in the active dimension."""
        leading = list(self.grid.leading)
        if self.view is None or not leading or 0 in self.view.shape:
            return
        leading[self.active] = (leading[self.active] + step) % self.view.shape[self.active]
        self.grid.select(tuple(leading))
        self.show_slice()

    def action_next_dimension(self) -> None:
        """Let the keys move the next leading dimension."""
        self.active = (self.active + 1) % max(1, len(self.grid.leading))
        self.show_slice()

    def action_toggle_heat(self) -> None:
        """Shade elements by their value, or not."""
        self.grid.heated = not self.grid.heated
