"""Dictionaries: keyed by text, integers or numbers, in insertion order or kept sorted.

A ``dictionary_``, which is keyed by text, is exactly Python's ``dict``: CPython reads and writes
its own class in half the time that it takes for a class derived from it.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from typing import ClassVar

from lispe_core.forms import Strings, Value
from lispe_core.printer import display
from lispe_core.scalars import to_integer, to_number
from lispe_core.typed_lists import Integers, Numbers


def text_key(value: Value) -> Value:
    """``value`` as a key of a ``dictionary_``."""
    kind = type(value)
    if kind is str:
        return value
    return str(value) if kind is int else display(value)


class KeyedDictionary(dict[Value, Value]):
    """Any dictionary but a ``dictionary_``."""

    __slots__ = ()
    type_name: ClassVar[str]
    keys_type: ClassVar[type]

    @staticmethod
    def key(value: Value) -> Value:
        """``value`` as a key."""
        raise NotImplementedError


class IntegerDictionary(KeyedDictionary):
    """A ``dictionary_i_``: its keys are integers."""

    __slots__ = ()
    type_name = "dictionary_i_"
    keys_type = Integers

    @staticmethod
    def key(value: Value) -> Value:
        """``value`` as an integer."""
        return value if type(value) is int else to_integer(value)


class NumberDictionary(KeyedDictionary):
    """A ``dictionary_n_``: its keys are numbers."""

    __slots__ = ()
    type_name = "dictionary_n_"
    keys_type = Numbers

    @staticmethod
    def key(value: Value) -> Value:
        """``value`` as a number."""
        return value if type(value) is float else to_number(value)


class SortedDictionary(KeyedDictionary):
    """A ``dictionarytree_``: visited in the order of its keys."""

    __slots__ = ("_order",)
    type_name = "dictionarytree_"
    keys_type: ClassVar[type] = Strings
    key = staticmethod(text_key)
    _order: list[Value]

    def __init__(self) -> None:
        super().__init__()
        self._order = []

    def __setitem__(self, key: Value, value: Value) -> None:
        if key not in self:
            insort(self._order, key)
        super().__setitem__(key, value)

    def __delitem__(self, key: Value) -> None:
        super().__delitem__(key)
        self._order.remove(key)

    def clear(self) -> None:
        """Remove all pairs."""
        super().clear()
        self._order.clear()

    def __iter__(self) -> Iterator[Value]:
        return iter(self._order)

    def keys(self) -> list[Value]:  # type: ignore[override]  # a view would not be sorted
        """The keys in order."""
        return self._order

    def values(self) -> list[Value]:  # type: ignore[override]
        """The values in the order of their keys."""
        return [self[key] for key in self._order]

    def items(self) -> list[tuple[Value, Value]]:  # type: ignore[override]
        """The pairs in the order of their keys."""
        return [(key, self[key]) for key in self._order]


class SortedIntegerDictionary(SortedDictionary):
    """A ``dictionarytree_i_``."""

    __slots__ = ()
    type_name = "dictionarytree_i_"
    keys_type = Integers
    key = staticmethod(IntegerDictionary.key)


class SortedNumberDictionary(SortedDictionary):
    """A ``dictionarytree_n_``."""

    __slots__ = ()
    type_name = "dictionarytree_n_"
    keys_type = Numbers
    key = staticmethod(NumberDictionary.key)


def key_of(dictionary: dict[Value, Value], key: Value) -> Value:
    """``key`` as the keys of ``dictionary`` are."""
    return dictionary.key(key) if isinstance(dictionary, KeyedDictionary) else text_key(key)


def keys_list(dictionary: dict[Value, Value]) -> Value:
    """The keys, as a typed list."""
    kind = dictionary.keys_type if isinstance(dictionary, KeyedDictionary) else Strings
    return kind(dictionary)


def filled(
    kind: type[dict[Value, Value]], pairs: Iterable[tuple[Value, Value]]
) -> dict[Value, Value]:
    """A dictionary of that kind with ``pairs``, their keys converted."""
    result = kind()
    for key, value in pairs:
        result[key_of(result, key)] = value
    return result


def literal(pairs: list[tuple[Value, Value]]) -> dict[Value, Value]:
    """The dictionary of a literal: keyed by integers or numbers when all its keys are such."""
    kinds = {type(key) for key, _ in pairs}
    if kinds and kinds <= {int, float}:
        return filled(IntegerDictionary if kinds == {int} else NumberDictionary, pairs)
    return filled(dict, pairs)
