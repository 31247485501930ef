"""One panel alone on a screen, what it asks of the app, and tensors to show in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message

from workbench.app.panels.base import (
    EvaluateSource,
    Inspect,
    InterruptRequested,
    OpenLocation,
    Panel,
    ShowVariable,
)
from workbench.runtime.protocol import (
    Element,
    EvaluationFinished,
    TensorStatistics,
    TensorView,
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
    @on(Inspect)
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
