"""Slices: ``@@`` reads and ``set@@`` replaces a part between two bounds."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from lispe_core.containers import alike, converted, element, elements, store, text_of
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import EMPTY, LispList, Symbol, Value
from lispe_core.library import Library

slices = Library("slices")


class Mark(NamedTuple):
    """A text to search for: one end of a slice.

    Args:
        text: The text.
        included: Whether it belongs to the slice.
        backwards: Whether it is searched from the end.
    """

    text: str
    included: bool = False
    backwards: bool = False


Bound = Mark | int


def _bound(operand: Value) -> Bound:
    """The end that an operand means: a mark, an index, or ``-`` for the end of the container."""
    if isinstance(operand, Mark):
        return operand
    if isinstance(operand, (str, bytes)):
        return Mark(text_of(operand))
    if isinstance(operand, (int, float)):
        return int(operand)
    name = operand.name if isinstance(operand, Symbol) else getattr(operand, "__name__", None)
    if operand is None or name == "-":
        return 0
    raise LispError("a bound of a slice is a number or a text")


@slices.builtin('mark"')
def mark(sign: str, text: str) -> Mark:
    """What ``-"text"`` means as a bound of ``@@``: ``+`` includes the text, ``-`` looks backwards.

    Example:
        (@@ "a-b-c" -+"-" -)    ; => -c
    """
    return Mark(text, "+" in sign, "-" in sign)


def _search(container: Value, mark: str, begin: int, backwards: bool) -> int:
    if isinstance(container, (str, bytes)):
        sought: Value = mark.encode() if isinstance(container, bytes) else mark
        return container.rfind(sought, begin) if backwards else container.find(sought, begin)
    places = [index for index in range(begin, len(container)) if container[index] == mark]
    if not places:
        return -1
    return places[-1 if backwards else 0]


def _begin(container: Value, bound: Bound) -> int | None:
    if isinstance(bound, int):
        return max(0, bound + len(container)) if bound < 0 else bound
    found = _search(container, bound.text, 0, bound.backwards)
    if found < 0:
        return None
    return found if bound.included else found + _width(container, bound)


def _width(container: Value, mark: Mark) -> int:
    if isinstance(container, bytes):
        return len(mark.text.encode())
    return len(mark.text) if isinstance(container, str) else 1


def _end(container: Value, first: Bound, begin: int, bound: Bound) -> int | None:
    if isinstance(bound, int):
        if bound <= 0:
            return len(container) + bound
        return begin + bound if isinstance(first, Mark) else bound
    after = begin
    if isinstance(first, Mark) and first.included:
        after += _width(container, first)
    found = _search(container, bound.text, after, bound.backwards)
    if found < 0:
        return None
    return found + _width(container, bound) if bound.included else found


def _range(container: Value, begin: Bound, end: Bound) -> tuple[int, int]:
    """Where a slice begins and ends; an empty range when a mark isn't found."""
    start = _begin(container, begin)
    if start is None:
        return 0, 0
    stop = _end(container, begin, start, end)
    return (start, stop) if stop is not None and stop > start else (start, start)


def _sliceable(container: Value) -> Value:
    if isinstance(container, (str, bytes, list, array)):
        return container
    if isinstance(container, Container):
        return LispList(elements(container))
    raise LispError("value cannot be access through index")


@slices.builtin("@@", "extract")
def extract(container: Value, begin: Value, end: Value = EMPTY) -> Value:
    """The slice from one bound up to, but excluding, the other; of one bound, an element.

    A negative end counts from the end; ``-`` or 0 there means to the end. On text the bounds may
    be marks to look for: ``+"x"`` includes the mark, ``-"x"`` searches from the end.

    Example:
        (@@ '(1 2 3 4 5) 1 3)             ; => (2 3)
        (@@ "abcdef" 1 -1)                ; => bcde
        (@@ "/a/b/name.txt" -"/" -)       ; => name.txt
        (@@ "key=value;" "=" ";")         ; => value
    """
    values = _sliceable(container)
    first = _bound(begin)
    if end is EMPTY and isinstance(first, int):
        return element(values, first)
    start, stop = _range(values, first, 0 if end is EMPTY else _bound(end))
    return alike(values, values[start:stop])


@slices.builtin("set@@", "setrange", in_place=True)
def set_range(container: Value, begin: Value, end: Value, value: Value = EMPTY) -> Value:
    """Replace a slice by one element, or a part of a text by text.

    Of three operands, the element at one index.

    Example:
        (set@@ '(1 2 3 4) 1 3 'x)    ; => (1 x 4)
        (set@@ "abcd" 1 3 "-")       ; => a-d
    """
    if value is EMPTY:
        return store(container, begin, end)
    start, stop = _range(_sliceable(container), _bound(begin), _bound(end))
    if isinstance(container, (str, bytes)):
        return alike(container, [container[:start], value, container[stop:]])
    if not isinstance(container, (list, array)):
        raise LispError("value cannot be access through index")
    container[start:stop] = alike(container, [converted(container, value)])
    return container
