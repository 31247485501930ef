"""Values, variables and errors as the app shows them: bounded text and handles.

A handle of a variable leads to what the variable holds now; a handle of a result leads to that
value as long as it is among the latest that were made or looked at; and a handle of what is pinned
until something else is.
"""

from __future__ import annotations

import sys
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from lispe_core.errors import LispError
from lispe_core.forms import EMPTY, Symbol, Value
from lispe_core.printer import display, type_name, written
from lispe_core.streams import is_computed
from workbench.runtime.parts import (
    carried_tensor,
    follow,
    module_of,
    owner_of,
    part_count,
    parts,
)
from workbench.runtime.protocol import (
    ATTENTION_KIND,
    ComparisonView,
    EntriesView,
    EntryView,
    Handle,
    ModuleFacts,
    Step,
    TensorInspected,
    TensorMeasured,
    TensorView,
    Trail,
    ValueInspected,
    ValuePinned,
    ValuesCompared,
    ValueView,
    VariableView,
    Window,
)

__all__ = ["Views", "bounded_text", "line_of"]

LONGEST_RESULT = 20_000
LONGEST_VARIABLE = 200
"""Characters of a printed value."""

KEPT_RESULTS = 16
LARGEST_COPY = 256 * 2**20
"""Bytes of a tensor up to which a copy of it is pinned."""

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
        self._pinned: tuple[Handle, Value] | None = None

    def result(self, value: Value) -> ValueView | None:
        """The view of an evaluation's value; ``None`` for what prints as nothing."""
        if value is EMPTY:
            return None
        handle = next(self._numbers)
        self._results[handle] = value
        if len(self._results) > KEPT_RESULTS:
            self._results.popitem(last=False)
        return _value_view(value, handle, Window(), computing=True)

    def variables(self) -> tuple[VariableView, ...]:
        """A line for every variable, sorted by name."""
        found = dict(self._variables())
        views = tuple(self._variable(name, found[name]) for name in sorted(found))
        self._published = {view.handle: view for view in views}
        return views

    def look(
        self, handle: Handle, window: Window, trail: Trail = ()
    ) -> TensorInspected | ValueInspected:
        """The value under ``handle``, or a part of it; a view of no kind if it is gone."""
        gone = ValueView("", "", handle, trail=trail)
        try:
            view = _value_view(self.find(handle, trail), handle, window, trail)
            if view.tensor is not None:
                return TensorInspected(self._labelled(view.tensor))
        except LookupError:
            view = gone
        except RuntimeError:
            # A running program changed the value while it was read: show what was told last.
            last = None if trail else self._published.get(handle)
            view = ValueView(last.kind, last.text, handle, True) if last else gone
        return ValueInspected(view)

    def _labelled(self, view: TensorView) -> TensorView:
        holder = self.find(view.handle, view.trail[:-1]) if view.trail else None
        if holder is None or type_name(holder) != ATTENTION_KIND:
            return view
        from workbench.runtime.attention_views import with_tokens

        return with_tokens(view, holder)

    def find(self, handle: Handle, trail: Trail = ()) -> Value:
        """The value under ``handle``, or the part of it that ``trail`` leads to.

        Raises:
            LookupError: It is gone.
        """
        return follow(self._under(handle), trail)

    def pin(self, handle: Handle, trail: Trail) -> ValuePinned | ValueInspected:
        """Keep a value, a tensor of bearable size as a copy; a view of no kind if it is gone."""
        try:
            value = self.find(handle, trail)
        except LookupError:
            return ValueInspected(ValueView("", "", handle, trail=trail))
        copied = _copy(value)
        number = next(self._numbers)
        self._pinned = number, value if copied is None else copied
        return ValuePinned(handle, trail, number, copied is not None)

    def measure(self, handle: Handle, trail: Trail) -> TensorMeasured:
        """Numbers about every element of a tensor, which from now on are told whenever it is seen.

        Raises:
            LispError: The value is gone, or is no tensor.
        """
        value = self.found(handle, trail)
        tensor = carried_tensor(value)
        if tensor is None:
            raise LispError("only a tensor has statistics")
        from workbench.runtime.tensor_statistics import exact_statistics, remember

        statistics = exact_statistics(tensor)
        remember(owner_of(value), statistics)
        return TensorMeasured(handle, trail, statistics)

    def found(self, handle: Handle, trail: Trail) -> Value:
        """As :meth:`find`, for an evaluation.

        Raises:
            LispError: It is gone.
        """
        try:
            return self.find(handle, trail)
        except LookupError:
            raise LispError("the value is no longer there") from None

    def compare(
        self, handle: Handle, trail: Trail, other: Handle, *, whole: bool = False
    ) -> ValuesCompared:
        """How the value at ``handle`` and ``trail`` differs from the one under ``other``.

        Args:
            handle: Leads to the value.
            trail: Leads from there to a tensor, or to what holds some.
            other: What it is compared with; for a part, the same part of that if there is one.
            whole: Look at every element, however many there are.
        """

        def without(problem: str) -> ValuesCompared:
            return ValuesCompared(ComparisonView(handle, trail, other, problem=problem))

        try:
            value, reference = self.find(handle, trail), self.find(other)
        except LookupError:
            return without("A value is no longer there.")
        counterpart: Trail = ()
        if carried_tensor(reference) is None:
            with suppress(LookupError, RuntimeError):  # without such a part, all of it is compared
                reference, counterpart = follow(reference, trail), trail
        left, right = carried_tensor(value), carried_tensor(reference)
        if (left is None) != (right is None):
            return without("A tensor is compared with tensors, a model with models.")
        if _same(value, reference):
            return without("Both are the same object: what it was before is gone.")
        if "torch" not in sys.modules:
            return without("There are no tensors to compare.")
        from workbench.runtime.comparisons import comparison, part_comparisons

        if left is not None:
            view = comparison(left, right, handle, trail, other, whole=whole)
            return ValuesCompared(replace(view, counterpart=counterpart))
        try:
            view = part_comparisons(value, reference, handle, trail, other, whole=whole)
        except RuntimeError:
            return without("A program changes it just now.")
        return ValuesCompared(replace(view, counterpart=counterpart))

    def _variable(self, name: str, value: Value) -> VariableView:
        handle = self._handles.get(name)
        if handle is None:
            handle = self._handles[name] = next(self._numbers)
            self._names[handle] = name
        is_tensor = carried_tensor(value) is not None
        return VariableView(name, type_name(value), line_of(value), handle, is_tensor)

    def _under(self, handle: Handle) -> Value:
        if self._pinned is not None and self._pinned[0] == handle:
            return self._pinned[1]
        name = self._names.get(handle)
        if name is not None:
            return self._variables()[name]
        self._results.move_to_end(handle)
        return self._results[handle]


def _same(value: Value, other: Value) -> bool:
    """Whether both are one object; a tensor that is compared with itself just does not differ."""
    module = module_of(value)
    if module is not None:
        return module is module_of(other)
    return value is other and carried_tensor(value) is None


def bounded_text(value: Value, longest: int, *, computing: bool = False) -> tuple[str, bool]:
    """The printed form, and whether it was cut: a container is read only as far as it is shown.

    Elements that functions of the program make are shown as ``...`` unless ``computing``.
    """
    if isinstance(value, str):
        return value[:longest], len(value) > longest
    pieces: list[str] = []
    length = 0
    for piece in _pieces(value, longest, (), computing):
        pieces.append(piece)
        length += len(piece)
        if length > longest:
            return "".join(pieces)[:longest], True
    return "".join(pieces), False


def _pieces(value: Value, longest: int, outer: tuple[int, ...], computing: bool) -> Iterator[str]:
    """The printed form in pieces; ``outer`` are the containers that hold ``value``."""
    printer = display.dispatch(type(value))
    if isinstance(value, str):
        yield written(value[: longest + 1])
    elif is_computed(value) and not computing:
        yield "(...)"
    elif printer not in PRINTED_IN_PIECES:
        yield written(value)
    elif isinstance(value, list) and len(value) == 2 and value[0] is QUOTE:
        yield "'"
        yield from _pieces(value[1], longest, outer, computing)
    elif id(value) in outer or len(outer) > DEEPEST:
        yield "..."
    else:
        outer = (*outer, id(value))
        opening, closing = "{}" if isinstance(value, dict) else "()"
        yield opening
        for place, element in enumerate(value):
            if place:
                yield " "
            yield from _pieces(element, longest, outer, computing)
            if isinstance(value, dict):
                yield ":"
                yield from _pieces(value[element], longest, outer, computing)
        yield closing


def _shown(value: Value, longest: int, *, computing: bool = False) -> tuple[str, bool]:
    """As :func:`bounded_text`; a value that fails to print must not take the evaluator along.

    Raises:
        LispError: A function of the program, which makes the value, fails.
    """
    try:
        return bounded_text(value, longest, computing=computing)
    except LispError:
        raise
    except Exception as problem:
        return f"({type(problem).__name__} while printing)", True


def line_of(value: Value) -> str:
    """The value on one line: what a tensor or a module is, not what it holds."""
    tensor, module = carried_tensor(value), module_of(value)
    if tensor is not None:
        return _facts(owner_of(value))
    if module is not None and not hasattr(module, "summary"):
        from workbench.runtime.module_views import module_line

        return module_line(module)[:LONGEST_VARIABLE]
    text, cut = _shown(value, LONGEST_VARIABLE)
    return " ".join(text.split()) + (" …" if cut else "")


def _value_view(
    value: Value, handle: Handle, window: Window, trail: Trail = (), *, computing: bool = False
) -> ValueView:
    text, cut = _shown(value, LONGEST_RESULT, computing=computing)
    tensor = _tensor_view(value, handle, window, trail)
    return ValueView(
        type_name(value), text, handle, cut, tensor, _entries_view(value, window), trail
    )


def _tensor_view(value: Value, handle: Handle, window: Window, trail: Trail) -> TensorView | None:
    tensor = carried_tensor(value)
    if tensor is None:
        return None
    from workbench.runtime.tensor_views import tensor_view

    return tensor_view(tensor, handle, window, trail, owner_of(value))


def _entries_view(value: Value, window: Window) -> EntriesView | None:
    count = part_count(value)
    if count is None:
        return None
    first = max(0, min(window.row, count - 1))
    module = module_of(value)
    entries = tuple(
        _entry(step, label, part, in_module=module is not None)
        for step, label, part in parts(value, first, window.rows)
    )
    return EntriesView(count, first, entries, _module_facts(value) if module is not None else None)


def _entry(step: Step, label: str, value: Value, *, in_module: bool) -> EntryView:
    module = module_of(value)
    if module is None:
        kind, text = type_name(value), line_of(value)
    else:
        kind, text = type(module).__name__, ""
    facts = _module_facts(value) if in_module or module is not None else None
    if facts is not None and not in_module:
        text = f"{facts.parameters:,} parameters"
    return EntryView(step, label, kind, text, part_count(value) is not None, facts)


def _module_facts(value: Value) -> ModuleFacts | None:
    """What a module, or a tensor of one, holds."""
    from workbench.runtime.module_views import module_facts, tensor_facts

    tensor, module = carried_tensor(value), module_of(value)
    if module is not None:
        return module_facts(module)
    return None if tensor is None else tensor_facts(tensor)


def _copy(value: Value) -> Value:
    """A tensor as it is now; ``None`` for what is no plain tensor, or too large."""
    tensor = carried_tensor(value)
    if tensor is None or type_name(value) != "torch_tensor":
        return None
    if tensor.numel() * tensor.element_size() > LARGEST_COPY:
        return None
    from workbench.runtime.tensor_value import TensorValue

    return TensorValue(tensor.detach().clone())


def _facts(owner: Any) -> str:
    """A tensor, by what holds its elements, in one line, without a look at its elements."""
    from torch_lib.display import shape_text
    from workbench.runtime.tensor_views import element_type

    return f"{element_type(owner)} {shape_text(owner.shape)} {owner.device}"
