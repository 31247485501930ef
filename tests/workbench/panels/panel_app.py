"""One panel alone on a screen, what it asks of the app, and tensors to show in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message

from workbench.app.panels.base import (
    Compare,
    Define,
    EvaluateSource,
    Inspect,
    InterruptRequested,
    Measure,
    OpenLocation,
    Panel,
    Pin,
    ShowAttention,
    ShowVariable,
)
from workbench.runtime.protocol import (
    Element,
    EntriesView,
    EntryView,
    EvaluationFinished,
    ModuleFacts,
    TensorStatistics,
    TensorView,
    Trail,
    ValueInspected,
    ValueView,
    Window,
)

WHOLE_WINDOW = Window()


class PanelApp(App[None]):
    """Shows a panel and keeps the wishes that it posts."""

    def __init__(self, panel: Panel[Any]) -> None:
        super().__init__()
        self.panel = panel
        self.wishes: list[Message] = []
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield self.panel

    @on(EvaluateSource)
    @on(Compare)
    @on(Define)
    @on(Inspect)
    @on(Measure)
    @on(Pin)
    @on(ShowAttention)
    @on(InterruptRequested)
    @on(OpenLocation)
    @on(ShowVariable)
    def keep(self, wish: Message) -> None:
        self.wishes.append(wish)


def tensor_view(
    shape: tuple[int, ...],
    handle: int = 1,
    window: Window = WHOLE_WINDOW,
    dtype: str = "float32",
    value: Callable[[int, int], Element] = lambda row, column: row + column / 10,
) -> TensorView:
    """The view of a tensor whose element at (row, column) is ``value(row, column)``."""
    if 0 in shape:
        return TensorView(handle, shape, dtype, "cpu", False, None, window, ())
    rows, columns = (1, 1, *shape)[-2:]
    elements = tuple(
        tuple(
            value(row, column)
            for column in range(window.column, min(columns, window.column + window.columns))
        )
        for row in range(window.row, min(rows, window.row + window.rows))
    )
    statistics = TensorStatistics(
        minimum=0.0,
        maximum=float(rows),
        mean=rows / 2,
        deviation=1.5,
        nans=0,
        infinities=0,
        histogram=(1, 2, 4, 2, 1),
    )
    return TensorView(handle, shape, dtype, "cpu", False, statistics, window, elements)


def tensor_computed(view: TensorView) -> EvaluationFinished:
    """The end of an evaluation whose value is the tensor."""
    return EvaluationFinished(1, ValueView("tensor_", "a tensor", view.handle, tensor=view), 0.1)


def parts_told(
    count: int, handle: int = 1, trail: Trail = (), window: Window = WHOLE_WINDOW
) -> ValueInspected:
    """The answer for a list of ``count`` numbers, each with its square."""
    numbers = range(count)[window.row : window.row + window.rows]
    entries = tuple(EntryView(n, str(n), "integer_", str(n * n)) for n in numbers)
    view = EntriesView(count, window.row, entries)
    return ValueInspected(ValueView("list_", "(…)", handle, entries=view, trail=trail))


def module_entry(
    name: str, kind: str, output: str, count: int, *marks: str, opens: bool = True
) -> EntryView:
    """A row of a model whose numbers take four bytes each."""
    trainable = 0 if "frozen" in marks else count
    facts = ModuleFacts(output, count, trainable, 4 * count, marks)
    return EntryView(name, name, kind, "", opens, facts)


def module_told(*entries: EntryView, handle: int = 1, trail: Trail = ()) -> ValueInspected:
    """The answer for a model that holds ``entries``."""
    held = [entry.module for entry in entries if entry.module]
    count, trainable = sum(e.parameters for e in held), sum(e.trainable for e in held)
    marks = tuple(dict.fromkeys(mark for facts in held for mark in facts.marks))
    whole = ModuleFacts("", count, trainable, 4 * count, marks)
    view = EntriesView(len(entries), 0, entries, whole)
    return ValueInspected(ValueView("torch_model", "a model", handle, entries=view, trail=trail))
