"""Values, variables and errors as the app shows them: bounded text and handles.

A handle of a variable leads to what the variable holds now; a handle of a result leads to that
value as long as it is among the latest.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from lispe_core.forms import EMPTY, Symbol, Value
from lispe_core.printer import display, type_name, written
from workbench.runtime.protocol import (
    Handle,
    TensorInspected,
    TensorView,
    ValueInspected,
    ValueView,
    VariableView,
    Window,
)

__all__ = ["Views", "bounded_text"]

LONGEST_RESULT = 20_000
LONGEST_VARIABLE = 200
"""Characters of a printed value."""

KEPT_RESULTS = 16
DEEPEST = 100

PRINTED_IN_PIECES = frozenset(display.dispatch(kind) for kind in (list, array, dict))
QUOTE = Symbol("quote")


class Views:
    """Makes views and remembers what their handles lead to.

    Args:
        variables: Gives the program's variables as they are now.
    """

    def __init__(self, variables: Callable[[], Mapping[str, Value]]) -> None:
        self._variables = variables
        self._numbers = count(1)
        self._results: OrderedDict[Handle, Value] = OrderedDict()
        self._names: dict[Handle, str] = {}
        self._handles: dict[str, Handle] = {}
        self._published: dict[Handle, VariableView] = {}

    def result(self, value: Value) -> ValueView | None:
        """The view of an evaluation's value; ``None`` for what prints as nothing."""
        if value is EMPTY:
            return None
        handle = next(self._numbers)
        self._results[handle] = value
        if len(self._results) > KEPT_RESULTS:
            self._results.popitem(last=False)
        return _value_view(value, handle, Window())

    def variables(self) -> tuple[VariableView, ...]:
        """A line for every variable, sorted by name."""
        found = dict(self._variables())
        views = tuple(self._variable(name, found[name]) for name in sorted(found))
        self._published = {view.handle: view for view in views}
        return views

    def look(self, handle: Handle, window: Window) -> TensorInspected | ValueInspected:
        """The value under ``handle``; a view of no kind if it is gone."""
        try:
            view = _value_view(self._under(handle), handle, window)
        except KeyError:
            view = ValueView("", "", handle)
        except RuntimeError:
            # A running program changed the value while it was read: show what was told last.
            last = self._published.get(handle)
            view = (
                ValueView(last.kind, last.text, handle, True) if last else ValueView("", "", handle)
            )
        return ValueInspected(view) if view.tensor is None else TensorInspected(view.tensor)

    def _variable(self, name: str, value: Value) -> VariableView:
        handle = self._handles.get(name)
        if handle is None:
            handle = self._handles[name] = next(self._numbers)
            self._names[handle] = name
        tensor = carried_tensor(value)
        if tensor is not None:
            text = _facts(tensor)
        else:
            text, cut = _shown(value, LONGEST_VARIABLE)
            text = " ".join(text.split()) + (" …" if cut else "")
        return VariableView(name, type_name(value), text, handle, tensor is not None)

    def _under(self, handle: Handle) -> Value:
        name = self._names.get(handle)
        return self._results[handle] if name is None else self._variables()[name]


def bounded_text(value: Value, longest: int) -> tuple[str, bool]:
    """The printed form, and whether it was cut: a container is read only as far as it is shown."""
    if isinstance(value, str):
        return value[:longest], len(value) > longest
    pieces: list[str] = []
    length = 0
    for piece in _pieces(value, longest, ()):
        pieces.append(piece)
        length += len(piece)
        if length > longest:
            return "".join(pieces)[:longest], True
    return "".join(pieces), False


def _pieces(value: Value, longest: int, outer: tuple[int, ...]) -> Iterator[str]:
    """The printed form in pieces; ``outer`` are the containers that hold ``value``."""
    printer = display.dispatch(type(value))
    if isinstance(value, str):
        yield written(value[: longest + 1])
    elif printer not in PRINTED_IN_PIECES:
        yield written(value)
    elif isinstance(value, list) and len(value) == 2 and value[0] is QUOTE:
        yield "'"
        yield from _pieces(value[1], longest, outer)
    elif id(value) in outer or len(outer) > DEEPEST:
        yield "..."
    else:
        outer = (*outer, id(value))
        opening, closing = "{}" if isinstance(value, dict) else "()"
        yield opening
        for place, element in enumerate(value):
            if place:
                yield " "
            yield from _pieces(element, longest, outer)
            if isinstance(value, dict):
                yield ":"
                yield from _pieces(value[element], longest, outer)
        yield closing


def _shown(value: Value, longest: int) -> tuple[str, bool]:
    """As :func:`bounded_text`; a value that fails to print must not take the evaluator along."""
    try:
        return bounded_text(value, longest)
    except Exception as problem:
        return f"({type(problem).__name__} while printing)", True


def carried_tensor(value: Value) -> Any:
    """The tensor that a Lisp value carries, or ``None``."""
    return value.tensor if type_name(value) in ("torch_tensor", "torch_quantized_tensor") else None


def _value_view(value: Value, handle: Handle, window: Window) -> ValueView:
    text, cut = _shown(value, LONGEST_RESULT)
    return ValueView(type_name(value), text, handle, cut, _tensor_view(value, handle, window))


def _tensor_view(value: Value, handle: Handle, window: Window) -> TensorView | None:
    tensor = carried_tensor(value)
    if tensor is None:
        return None
    from workbench.runtime.tensor_views import tensor_view

    return tensor_view(tensor, handle, window)


def _facts(tensor: Any) -> str:
    """A tensor in one line, without a look at its elements."""
    from torch_lib.display import shape_text
    from workbench.runtime.tensor_views import element_type

    return f"{element_type(tensor)} {shape_text(tensor.shape)} {tensor.device}"
