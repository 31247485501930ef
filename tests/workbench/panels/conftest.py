"""One panel alone on a screen, and what it asks of the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.message import Message

from workbench.app.panels.base import (
    Inspect,
    InterruptRequested,
    OpenLocation,
    Panel,
    ShowVariable,
)
from workbench.runtime.protocol import TensorStatistics, TensorView, Window


class PanelApp(App[None]):
    """Shows a panel and keeps the wishes that it posts."""

    def __init__(self, panel: Panel[Any]) -> None:
        super().__init__()
        self.panel = panel
        self.wishes: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.panel

    @on(Inspect)
    @on(InterruptRequested)
    @on(OpenLocation)
    @on(ShowVariable)
    def keep(self, wish: Message) -> None:
        self.wishes.append(wish)


@pytest.fixture
def panel_app() -> type[PanelApp]:
    return PanelApp


@pytest.fixture
def tensor_view() -> Callable[..., TensorView]:
    """Makes the view of a tensor whose element at (row, column) is row + column / 10."""

    def make(
        shape: tuple[int, ...],
        handle: int = 1,
        window: Window = Window(),
        dtype: str = "float32",
        value: Callable[[int, int], Any] = lambda row, column: row + column / 10,
    ) -> TensorView:
        rows = shape[-2] if len(shape) > 1 else 1
        columns = shape[-1] if shape else 1
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
        if 0 in shape:
            return TensorView(handle, shape, dtype, "cpu", False, None, window, ())
        return TensorView(handle, shape, dtype, "cpu", False, statistics, window, elements)

    return make
