"""What pattern functions call while they match: the parts that are no Python operation."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from lispe_core.containers import clone, element
from lispe_core.data_types import Data, has_type
from lispe_core.dictionaries import key_of
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.linked_lists import LinkedList
from lispe_core.printer import written

_LONGEST = 60


def as_list(value: Value) -> Value:
    """The elements of a list of any type, to be indexed; ``None`` for what is no list."""
    if isinstance(value, Data):
        return None
    if isinstance(value, (list, array)):
        return value
    return LispList(value) if isinstance(value, LinkedList) else None


def is_nil(value: Value) -> bool:
    """Whether ``value`` matches ``nil``: an empty list does as well."""
    return value is None or (not value and as_list(value) is not None)


def rest(values: Any, start: int) -> Value:
    """The elements from ``start`` on, as a list of the same type."""
    if type(values) is LispList:
        return LispList(values[start:])
    return type(values)(values[start:])


def stretch(values: Any, start: int, stop: int) -> Value:
    """The elements from ``start`` up to ``stop``, as a list of the same type."""
    kind = LispList if isinstance(values, list) else type(values)
    return kind(values[start:stop])


def stretch_or_nil(values: Sequence[Value], start: int, stop: int) -> Value:
    """The element at ``start``, or ``nil`` if the stretch is empty."""
    return values[start] if stop > start else None


def key_in(dictionary: dict[Value, Value], key: Value) -> Value:
    """``key`` as the dictionary has it, or the mark that it has none."""
    from lispe_core.support import UNSET

    try:
        key = key_of(dictionary, key)
    except LispError:
        return UNSET
    return key if key in dictionary else UNSET


def without_keys(dictionary: dict[Value, Value], keys: Sequence[Value]) -> Value:
    """A dictionary of the same type without some of its keys."""
    others: dict[Value, Value] = type(dictionary)()
    for key in dictionary:
        if key not in keys:
            others[key] = element(dictionary, key)
    return others


def copied_argument(value: Value) -> Value:
    """What a definition of a predicate gets: a copy, so that the next one gets what was given."""
    return value if isinstance(value, (int, float, str)) else clone(value)


def failed(exception: Exception) -> None:
    """An error in a predicate or a condition means that it does not hold; a defect goes on.

    So does an overflow of the stack: what comes of it does not depend on the definitions.
    """
    if isinstance(exception, LispError):
        return
    if isinstance(exception, (RecursionError, MemoryError)):
        raise exception
    from lispe_core.support import caught

    caught(exception)


def no_match(name: str, *arguments: Value) -> Value:
    """Raise the error of a call that no definition matches."""
    from lispe_core.support import UNSET

    given = [Symbol(name), *(value for value in arguments if value is not UNSET)]
    shown = written(LispList(given))
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}…"
    raise unmatched(name, f"the call was {shown}")


def unmatched(name: str, hint: str | None = None) -> LispError:
    """The error of a call that no definition matches; the place at fault is that of the call."""
    error = LispError(f"Could not find a match for function: '{name}'", hint=hint)
    error.at_call = True
    return error


SCALARS = frozenset({int, float, str, bytes, complex, type(None), Symbol, dict})
"""The commonest types that are no lists."""

MATCHING: dict[str, Any] = {
    "SCALARS": SCALARS,
    "as_list": as_list,
    "copied_argument": copied_argument,
    "failed": failed,
    "has_type": has_type,
    "is_nil": is_nil,
    "key_in": key_in,
    "len": len,
    "max": max,
    "min": min,
    "no_match": no_match,
    "rest": rest,
    "stretch": stretch,
    "stretch_or_nil": stretch_or_nil,
    "unmatched": unmatched,
    "without_keys": without_keys,
}
