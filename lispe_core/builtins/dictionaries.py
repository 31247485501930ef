"""Dictionaries, sets and heaps."""

from __future__ import annotations

from array import array
from typing import Any

from lispe_core.builtins.lists import spread
from lispe_core.calls import callable_of
from lispe_core.containers import elements
from lispe_core.dictionaries import (
    IntegerDictionary,
    NumberDictionary,
    SortedDictionary,
    SortedIntegerDictionary,
    SortedNumberDictionary,
    filled,
    key_of,
    keys_list,
)
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.heaps import Comparison, Heap
from lispe_core.library import Library
from lispe_core.operators import compare
from lispe_core.sets import IntegerSet, LispSet, NumberSet, StringSet
from lispe_core.typed_lists import Integers

dictionaries = Library("dictionaries")


def _made(kind: type[dict[Value, Value]], operands: tuple[Value, ...]) -> dict[Value, Value]:
    if len(operands) == 1:
        fields = _fields(operands[0])
        if fields is not None:
            return filled(kind, fields.items())
    if len(operands) == 2 and all(isinstance(side, (list, array)) for side in operands):
        keys, values = operands
        if len(keys) != len(values):
            raise LispError("a dictionary needs as many values as keys")
        return filled(kind, zip(keys, values, strict=True))
    if len(operands) % 2:
        raise LispError("a dictionary needs keys and values in pairs")
    return filled(kind, zip(operands[::2], operands[1::2], strict=True))


def _fields(value: Value) -> Any:
    """The pairs of a dictionary or of an instance."""
    if isinstance(value, dict):
        return value
    fields = getattr(value, "fields", None)
    return fields if isinstance(fields, dict) else None


@dictionaries.builtin("dictionary", "dict")
def dictionary(*operands: Value) -> dict[Value, Value]:
    """A dictionary keyed by text: of pairs, of a list of keys and one of values, or a copy.

    Example:
        (dictionary "a" 1 "b" 2)           ; => {"a":1 "b":2}
        (dictionary '("a" "b") '(1 2))     ; => {"a":1 "b":2}
    """
    return _made(dict, operands)


@dictionaries.builtin("dictionaryi")
def integer_dictionary(*operands: Value) -> dict[Value, Value]:
    """A dictionary keyed by integers.

    Example:
        (dictionaryi 1 "a")    ; => {1:"a"}
    """
    return _made(IntegerDictionary, operands)


@dictionaries.builtin("dictionaryn")
def number_dictionary(*operands: Value) -> dict[Value, Value]:
    """A dictionary keyed by numbers.

    Example:
        (dictionaryn 1.5 "a")    ; => {1.5:"a"}
    """
    return _made(NumberDictionary, operands)


@dictionaries.builtin("dictionarytree")
def sorted_dictionary(*operands: Value) -> dict[Value, Value]:
    """A dictionary keyed by text and visited in the order of its keys.

    Example:
        (dictionarytree "b" 1 "a" 2)    ; => {"a":2 "b":1}
    """
    return _made(SortedDictionary, operands)


@dictionaries.builtin("dictionarytreei")
def sorted_integer_dictionary(*operands: Value) -> dict[Value, Value]:
    """A dictionary keyed by integers and visited in their order.

    Example:
        (dictionarytreei 2 "b" 1 "a")    ; => {1:"a" 2:"b"}
    """
    return _made(SortedIntegerDictionary, operands)


@dictionaries.builtin("dictionarytreen")
def sorted_number_dictionary(*operands: Value) -> dict[Value, Value]:
    """A dictionary keyed by numbers and visited in their order.

    Example:
        (dictionarytreen 2.5 "b" 1 "a")    ; => {1:"a" 2.5:"b"}
    """
    return _made(SortedNumberDictionary, operands)


def _keyed(kind: type[dict[Value, Value]], operands: tuple[Value, ...]) -> Value:
    if not operands or not isinstance(operands[0], dict):
        return _made(kind, operands)
    held, *rest = operands
    if len(rest) == 1:
        return held.get(key_of(held, rest[0]))
    for key, value in _pairs(rest):
        held[key_of(held, key)] = value
    return held


def _pairs(operands: list[Value]) -> list[tuple[Value, Value]]:
    if len(operands) % 2:
        raise LispError("a dictionary needs keys and values in pairs")
    return list(zip(operands[::2], operands[1::2], strict=True))


@dictionaries.builtin("key@", "key", in_place=True)
def key_at(*operands: Value) -> Value:
    """Make a dictionary, read a key (``nil`` when missing) or set keys in place.

    Example:
        (key@ "a" 1)             ; => {"a":1}
        (key@ {"a":1} "a")       ; => 1
        (key@ {"a":1} "b")       ; => nil
        (key@ {"a":1} "b" 2)     ; => {"a":1 "b":2}
    """
    return _keyed(dict, operands)


@dictionaries.builtin("keyi@", "keyi", in_place=True)
def integer_key_at(*operands: Value) -> Value:
    """``key@`` for integer keys.

    Example:
        (keyi@ 1 "a")    ; => {1:"a"}
    """
    return _keyed(IntegerDictionary, operands)


@dictionaries.builtin("keyn@", "keyn", in_place=True)
def number_key_at(*operands: Value) -> Value:
    """``key@`` for number keys.

    Example:
        (keyn@ 1.5 "a")    ; => {1.5:"a"}
    """
    return _keyed(NumberDictionary, operands)


@dictionaries.builtin("keys@", "keys", "containerkeys")
def keys_of(container: Value) -> Value:
    """The keys of a dictionary; the indexes of a list.

    Example:
        (keys@ {"a":1 "b":2})    ; => ("a" "b")
    """
    if isinstance(container, dict):
        return keys_list(container)
    return Integers(range(len(elements(container))))


@dictionaries.builtin("values@", "values", "containervalues")
def values_of(container: Value) -> LispList:
    """The values of a dictionary; the elements of a list.

    Example:
        (values@ {"a":1 "b":2})    ; => (1 2)
    """
    if isinstance(container, dict):
        return LispList(container.values())
    return LispList(elements(container))


@dictionaries.builtin("set")
def set_of(*values: Value) -> LispSet:
    """A set of the operands.

    Example:
        (set 3 "a" 3)    ; => {3 "a"}
    """
    return LispSet(values)


@dictionaries.builtin("sets")
def string_set(*values: Value) -> LispSet:
    """A sorted set of text.

    Example:
        (sets "b" "a" "b")    ; => {"a" "b"}
    """
    return StringSet(spread(values))


@dictionaries.builtin("seti")
def integer_set(*values: Value) -> LispSet:
    """A sorted set of integers.

    Example:
        (seti 3 1 '(2 1))    ; => {1 2 3}
    """
    return IntegerSet(spread(values))


@dictionaries.builtin("setn")
def number_set(*values: Value) -> LispSet:
    """A sorted set of numbers.

    Example:
        (setn 2.5 1)    ; => {1 2.5}
    """
    return NumberSet(spread(values))


def _comparison(order: Value) -> Comparison:
    name = order.name if isinstance(order, Symbol) else getattr(order, "__name__", None)
    if order is None or name in (">=<", "<"):
        return compare
    if name == ">":
        return lambda left, right: compare(right, left)
    return callable_of(order, "map", 2)


@dictionaries.builtin("heap")
def heap(order: Value = None, *values: Value) -> Heap:
    """Values kept in order: ascending for ``nil``, or by a function that answers -1, 0 or 1.

    Example:
        (heap nil 3 1 2)    ; => (1 2 3)
        (heap '> 3 1 2)     ; => (3 2 1)
    """
    return Heap(_comparison(order), values)
