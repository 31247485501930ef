"""What the views of a program with one variable show of it."""

from __future__ import annotations

from lispe_core.forms import Value
from workbench.runtime.protocol import (
    EntriesView,
    TensorInspected,
    TensorView,
    ValueInspected,
    ValueView,
    Window,
)
from workbench.runtime.views import Views

START = Window()


def looking_at(value: Value) -> tuple[Views, int]:
    """Views of a program with one variable, and the handle of that."""
    views = Views(lambda: {"value": value})
    return views, views.variables()[0].handle


def value_at(value: Value, *trail: str | float, window: Window = START) -> ValueView:
    views, handle = looking_at(value)
    answer = views.look(handle, window, trail)
    assert isinstance(answer, ValueInspected)
    return answer.view


def entries_at(value: Value, *trail: str | float, window: Window = START) -> EntriesView:
    entries = value_at(value, *trail, window=window).entries
    assert entries is not None
    return entries


def tensor_at(value: Value, *trail: str | float) -> TensorView:
    views, handle = looking_at(value)
    answer = views.look(handle, Window(), trail)
    assert isinstance(answer, TensorInspected)
    return answer.view
