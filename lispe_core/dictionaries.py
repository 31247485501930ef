"""Dictionaries: keyed by text, integers or numbers, in insertion order or kept sorted."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from typing import ClassVar

from lispe_core.forms import LispList, Strings, Value
from lispe_core.printer import display
from lispe_core.scalars import to_integer, to_number
from lispe_core.typed_lists import Integers, Numbers


class Dictionary(dict[Value, Value]):
    """A ``dictionary_``: its keys are text."""

    __slots__ = ()
    type_name: ClassVar[str] = "dictionary_"
    keys_type: ClassVar[type] = Strings

    @classmethod
    def of(cls, pairs: Iterable[tuple[Value, Value]]) -> Dictionary:
        """A dictionary of ``pairs``, their keys converted."""
        result = cls()
        for key, value in pairs:
            result[cls.key(key)] = value
        return result

    @staticmethod
    def key(value: Value) -> Value:
        """``value`` as a key."""
        kind = type(value)
        if kind is str:
            return value
        return str(value) if kind is int else display(value)

    def keys_list(self) -> Value:
        """The keys, as a typed list."""
        return self.keys_type(self)

    def values_list(self) -> LispList:
        """The values."""
        return LispList(self.values())


class IntegerDictionary(Dictionary):
    """A ``dictionary_i_``: its keys are integers."""

    __slots__ = ()
    type_name = "dictionary_i_"
    keys_type = Integers

    @staticmethod
    def key(value: Value) -> Value:
        """``value`` as an integer."""
        return value if type(value) is int else to_integer(value)


class NumberDictionary(Dictionary):
    """A ``dictionary_n_``: its keys are numbers."""

    __slots__ = ()
    type_name = "dictionary_n_"
    keys_type = Numbers

    @staticmethod
    def key(value: Value) -> Value:
        """``value`` as a number."""
        return value if type(value) is float else to_number(value)


class SortedDictionary(Dictionary):
    """A ``dictionarytree_``: visited in the order of its keys."""

    __slots__ = ("_order",)
    type_name = "dictionarytree_"
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


def literal(pairs: list[tuple[Value, Value]]) -> Dictionary:
    """The dictionary of a literal: keyed by integers or numbers when all its keys are such."""
    kinds = {type(key) for key, _ in pairs}
    if kinds and kinds <= {int, float}:
        return (IntegerDictionary if kinds == {int} else NumberDictionary).of(pairs)
    return Dictionary.of(pairs)
