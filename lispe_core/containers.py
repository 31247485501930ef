"""Reading, writing, counting, visiting and copying values of every kind."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from lispe_core.array_matrices import ArrayMatrix
from lispe_core.dictionaries import key_of
from lispe_core.errors import LispError
from lispe_core.foreign import Container, Foreign
from lispe_core.forms import LispList, Maybe, SourceList, Stringbytes, Strings, Symbol, Value
from lispe_core.hints import nearest
from lispe_core.matrices import data_of
from lispe_core.printer import abridged, display
from lispe_core.streams import is_endless
from lispe_core.typed_lists import TypedList

SEQUENCES = (list, array, str)


def out_of_bounds(container: Value = None, key: Value = None) -> LispError:
    """The error for an index or key that isn't in ``container``."""
    return LispError("index out of bounds", hint=lambda: _what_is_there(container, key))


def _what_is_there(container: Value, key: Value) -> str | None:
    if isinstance(container, dict) and isinstance(key, str):
        close = nearest(key, [each for each in container if isinstance(each, str)])
        return f"did you mean the key '{close}'?" if close else None
    if isinstance(container, SEQUENCES):
        return f"there are {len(container)} elements, and the first has the index 0"
    return None


def element(container: Value, key: Value) -> Value:
    """One step of ``(@ container key …)``."""
    if isinstance(container, dict):
        try:
            return container[key_of(container, key)]
        except KeyError:
            raise out_of_bounds(container, key) from None
    if isinstance(container, SEQUENCES):
        try:
            return container[key if type(key) is int else index_of(key)]
        except IndexError:
            raise out_of_bounds(container) from None
    if isinstance(container, bytes):
        index = index_of(key)
        if not -len(container) <= index < len(container):
            raise out_of_bounds()
        return container[index : index + 1 or None]
    if isinstance(container, Container):
        return container.at(key)
    raise LispError("value cannot be access through index")


def element_in_order(container: Value, key: Value) -> Value:
    """``(at container key)``: values with several dimensions count through all their elements."""
    if isinstance(container, Foreign):
        return container.element_in_order(key)
    return element(container, key)


def store_in_order(container: Value, key: Value, value: Value) -> Value:
    """Put ``value`` where :func:`element_in_order` finds it."""
    if isinstance(container, Foreign):
        container.store_in_order(key, value)
        return container
    return store(container, key, value)


def index_of(key: Value) -> int:
    """``key`` as an index: fractions are cut off."""
    if isinstance(key, (int, float)):
        return int(key)
    raise out_of_bounds()


def store(container: Value, key: Value, value: Value) -> Value:
    """Put ``value`` under ``key``; the container, or for text the new text."""
    if isinstance(container, dict):
        container[key_of(container, key)] = value
    elif isinstance(container, (list, array)):
        _store_element(container, index_of(key), converted(container, value))
    elif isinstance(container, (str, bytes)):
        index = index_of(key)
        if not -len(container) <= index <= len(container):
            raise out_of_bounds()
        start = index % len(container) if index < 0 else index
        return alike(container, [container[:start], value, container[start + 1 :]])
    elif isinstance(container, Container):
        container.store(key, value)
    else:
        raise LispError("value cannot be access through index")
    return container


def _store_element(container: Any, index: int, value: Value) -> None:
    if index == len(container):
        container.append(value)
        return
    try:
        container[index] = value
    except IndexError:
        raise out_of_bounds() from None
    except OverflowError:
        raise LispError(f"number too large for '{container.type_name}'") from None


def converted(container: Value, value: Value) -> Value:
    """``value`` as the elements of ``container`` are."""
    if isinstance(container, TypedList):
        return container.convert(value)
    if isinstance(container, Stringbytes):
        return byte_string(value)
    return display(value) if isinstance(container, Strings) else value


def text_of(value: Value) -> str:
    """``value``, which is text; read as UTF-8 when it is a byte string.

    Raises:
        TypeError: It is no text.
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if not isinstance(value, str):
        raise TypeError("text is expected")
    return value


def byte_string(value: Value) -> bytes:
    """The text of ``value`` in UTF-8; a byte string itself."""
    return value if isinstance(value, bytes) else display(value).encode()


def iterate(container: Value) -> Iterator[Value]:
    """The successive values of a loop over ``container``; none for scalars.

    Lists are visited by index and their size is read again at each step; dictionaries give the
    keys they had at the start.

    Raises:
        LispError: It is a function, which stands in the wrong place then.
    """
    if isinstance(container, (list, array, str)):
        return iter(container)
    if isinstance(container, dict):
        return iter(list(container))
    if isinstance(container, Container):
        return container.iterate()
    if isinstance(container, bytes):
        return iter([container[index : index + 1] for index in range(len(container))])
    if callable(container):
        raise LispError(f"a container is expected, not '{abridged(container)}'")
    return iter(())


def finite(container: Value) -> Iterator[Value]:
    """The successive values of a loop over ``container``, which must have an end.

    Raises:
        LispError: It has none.
    """
    if is_endless(container):
        raise LispError("a list without end can only be taken in part: use 'take' or 'takewhile'")
    return iterate(container)


def elements(container: Value) -> list[Value]:
    """All values of a loop over ``container``.

    Raises:
        LispError: It has no end.
    """
    return list(finite(container))


def size(value: Value) -> int:
    """The number of elements, characters or keys; 0 for scalars."""
    if isinstance(value, (list, array, str, dict, bytes)):
        return len(value)
    return value.size() if isinstance(value, Container) else 0


def alike(container: Value, values: Iterable[Value]) -> Value:
    """``values`` as a container of the same kind, where they fit; else as a plain list."""
    if isinstance(container, str):
        return "".join(map(display, values))
    if isinstance(container, bytes):
        return values if isinstance(values, bytes) else b"".join(map(byte_string, values))
    held = list(values)
    if isinstance(container, (TypedList, Strings, Stringbytes)):
        try:
            return type(container)(held)
        except (TypeError, OverflowError):
            return LispList(held)
    if isinstance(container, LispList) and held:
        return container.regrouped(held)
    return LispList(held)


def require_list(name: str, *values: Value) -> None:
    """Check that the operands of ``name`` are lists.

    Raises:
        LispError: One of them is not.
    """
    for value in values:
        if not isinstance(value, (list, array)):
            raise LispError(f"'{name}' needs a list, not '{abridged(value)}'")


def clone(value: Value) -> Value:
    """A copy of a container, its inner containers too."""
    return _copied(value, {})


def copy_constant(value: Value) -> Value:
    """A copy of a constant of the source text: lists lose their source positions."""
    if type(value) is SourceList and _IMMUTABLE.issuperset(map(type, value)):
        return LispList(value)
    return _copied(value, {})


_IMMUTABLE = frozenset({str, int, float, Symbol, Maybe, type(None)})


def _copied(value: Value, known: dict[int, Value]) -> Value:
    if type(value) in _IMMUTABLE:
        return value
    if id(value) in known:
        return known[id(value)]
    data = data_of(value)
    if data is not None:
        return known.setdefault(id(value), ArrayMatrix.of(data))
    if isinstance(value, list):
        kind = LispList if isinstance(value, SourceList) else type(value)
        copy = known[id(value)] = kind.__new__(kind)
        copy.extend([item if type(item) in _IMMUTABLE else _copied(item, known) for item in value])
        return copy
    if isinstance(value, TypedList):
        return type(value)(value)
    if isinstance(value, dict):
        duplicate = known[id(value)] = type(value)()
        for key, content in value.items():
            duplicate[key] = _copied(content, known)
        return duplicate
    return value.clone() if isinstance(value, Container) else value
