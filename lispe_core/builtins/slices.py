"""Slices: ``@@`` reads and ``set@@`` replaces a part between two bounds."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from lispe_core.containers import alike, converted, element, iterate
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.library import Library
from lispe_core.printer import display

slices = Library("slices")

_SIGNS = frozenset({"-", "+", "-+"})


class Bound(NamedTuple):
    """One end of a slice: a number or a mark to search for.

    Args:
        value: The index, the mark, or ``None`` for "to the end".
        included: Whether the mark belongs to the slice.
        backwards: Whether the mark is searched from the end.
    """

    value: Value
    included: bool = False
    backwards: bool = False


def _sign(operand: Value) -> str | None:
    """The sign that an operand is: ``-`` alone, or in front of a mark."""
    name = operand.name if isinstance(operand, Symbol) else getattr(operand, "__name__", None)
    return name if name in _SIGNS else None


def _bounds(operands: tuple[Value, ...]) -> list[Bound]:
    bounds = []
    sign = None
    for operand in operands:
        if sign is not None and isinstance(operand, str):
            bounds.append(Bound(operand, "+" in sign, "-" in sign))
            sign = None
            continue
        if sign is not None:
            bounds.append(Bound(None))
        sign = _sign(operand)
        if sign is None:
            bounds.append(Bound(operand))
    if sign is not None:
        bounds.append(Bound(None))
    return bounds


def _search(container: Value, mark: str, begin: int, backwards: bool) -> int:
    if isinstance(container, str):
        return container.rfind(mark, begin) if backwards else container.find(mark, begin)
    places = [index for index in range(begin, len(container)) if container[index] == mark]
    if not places:
        return -1
    return places[-1 if backwards else 0]


def _begin(container: Value, bound: Bound) -> int | None:
    if not isinstance(bound.value, str):
        index = int(bound.value or 0)
        return max(0, index + len(container)) if index < 0 else index
    found = _search(container, bound.value, 0, bound.backwards)
    if found < 0:
        return None
    return found if bound.included else found + _width(container, bound.value)


def _width(container: Value, mark: str) -> int:
    return len(mark) if isinstance(container, str) else 1


def _end(container: Value, first: Bound, begin: int, bound: Bound) -> int | None:
    length = len(container)
    if isinstance(bound.value, str):
        after = begin + (_width(container, str(first.value)) if first.included else 0)
        found = _search(container, bound.value, after, bound.backwards)
        if found < 0:
            return None
        return found + _width(container, bound.value) if bound.included else found
    index = int(bound.value or 0)
    if index <= 0:
        return length + index
    return min(length, begin + index if isinstance(first.value, str) else index)


def _range(container: Value, bounds: list[Bound]) -> tuple[int, int]:
    """Where the slice begins and ends; an empty range when a mark isn't found."""
    if not 1 <= len(bounds) <= 2:
        raise LispError("Wrong number of arguments for: 'extract'")
    begin = _begin(container, bounds[0])
    if begin is None:
        return 0, 0
    end = _end(container, bounds[0], begin, bounds[1]) if len(bounds) == 2 else len(container)
    return (begin, end) if end is not None and end > begin else (begin, begin)


def _sliceable(container: Value) -> Value:
    if isinstance(container, (str, list, array)):
        return container
    if isinstance(container, Container):
        return LispList(iterate(container))
    raise LispError("value cannot be access through index")


@slices.builtin("@@", "extract")
def extract(container: Value, bound: Value, *bounds: Value) -> Value:
    """The slice from one bound up to, but excluding, the other.

    A negative end counts from the end; ``-`` or 0 there means to the end. On text the bounds may
    be marks to look for: ``+"x"`` includes the mark, ``-"x"`` searches from the end.

    Example:
        (@@ '(1 2 3 4 5) 1 3)             ; => (2 3)
        (@@ "abcdef" 1 -1)                ; => bcde
        (@@ "/a/b/name.txt" -"/" -)       ; => name.txt
        (@@ "key=value;" "=" ";")         ; => value
    """
    values = _sliceable(container)
    limits = _bounds((bound, *bounds))
    if len(limits) == 1 and not isinstance(limits[0].value, str):
        return element(values, limits[0].value)
    begin, end = _range(values, limits)
    return alike(values, values[begin:end])


@slices.builtin("set@@", "setrange", in_place=True)
def set_range(container: Value, bound: Value, *bounds_and_value: Value) -> Value:
    """Replace a slice by one element, or a part of a text by text.

    Example:
        (set@@ '(1 2 3 4) 1 3 'x)    ; => (1 x 4)
        (set@@ "abcd" 1 3 "-")       ; => a-d
    """
    if not bounds_and_value:
        raise LispError("Wrong number of arguments for: 'set@@'")
    *others, value = bounds_and_value
    begin, end = _range(_sliceable(container), _bounds((bound, *others)))
    if isinstance(container, str):
        return container[:begin] + display(value) + container[end:]
    if not isinstance(container, (list, array)):
        raise LispError("value cannot be access through index")
    container[begin:end] = alike(container, [converted(container, value)])
    return container
