"""What the operators mean away from the fast path: arithmetic, comparison, folding.

Comparisons return Python's ``bool``; the compiler turns it into ``true`` or ``nil`` where it is
used as a value.
"""

from __future__ import annotations

import operator
from array import array
from collections.abc import Iterable
from functools import reduce

from lispe_core.arithmetic import (
    add,
    bit_and,
    bit_and_not,
    bit_or,
    bit_xor,
    divide,
    modulo,
    multiply,
    not_with,
    power,
    shift_left,
    shift_right,
    subtract,
)
from lispe_core.elementwise import Operation
from lispe_core.errors import LispError
from lispe_core.foreign import Foreign
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.matrices import grouped
from lispe_core.typed_lists import TypedList, total

__all__ = [
    "OPERATIONS",
    "add",
    "bit_and",
    "bit_and_not",
    "bit_or",
    "bit_xor",
    "compare",
    "divide",
    "elementwise_equal",
    "fold",
    "greater",
    "greater_equal",
    "identical",
    "less",
    "less_equal",
    "modulo",
    "multiply",
    "negate",
    "power",
    "quickest",
    "shift_left",
    "shift_right",
    "subtract",
]

OPERATIONS: dict[str, Operation] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "^^": power,
    "**": power,
    "<<": shift_left,
    ">>": shift_right,
    "&": bit_and,
    "|": bit_or,
    "^": bit_xor,
    "&~": bit_and_not,
}
"""The two-operand function of every arithmetic operator."""

_SCALARS = (int, float, complex, str, bytes, Symbol)


def fold(name: str, value: Value) -> Value:
    """``(+ l)``: the operator between the elements of one list; ``(- x)`` changes the sign."""
    if isinstance(value, (list, array)):
        if not value:
            return 0
        if name == "+" and isinstance(value, TypedList):
            return total(value)
        return reduce(OPERATIONS[name], value)
    if isinstance(value, (int, float, complex, Foreign)):
        if name == "-":
            return negate(value)
        if name == "+":
            return value
    raise LispError(f"cannot apply '{name}' to one element")


_PLAIN_KINDS = frozenset({int, float})
_PLAIN: dict[Operation, Operation] = {
    add: operator.add,
    subtract: operator.sub,
    multiply: operator.mul,
}


def quickest(operation: Operation, values: Iterable[Value]) -> Operation:
    """Python's own function for ``operation`` where it means the same for all ``values``."""
    plain = _PLAIN.get(operation)
    if plain is not None and _PLAIN_KINDS.issuperset(map(type, values)):
        return plain
    return operation


def negate(value: Value) -> Value:
    """``value`` with its sign changed."""
    try:
        return -value
    except TypeError:
        return subtract(0, value)


def identical(left: Value, right: Value) -> bool:
    """``eq``: scalars by value, containers by identity; ``nil`` and empty lists are one."""
    if left is right:
        return True
    if isinstance(left, _SCALARS):
        return isinstance(right, _SCALARS) and left == right
    if left is None or isinstance(left, (list, array)):
        return not left and (right is None or isinstance(right, (list, array))) and not right
    if isinstance(left, (dict, Foreign)) or isinstance(right, (dict, Foreign)):
        return False
    return type(left) is type(right) and not hasattr(left, "__len__") and bool(left == right)


def less(left: Value, right: Value) -> bool:
    """``<``: numbers by value, text by code point, lists element by element, atoms by name."""
    try:
        return bool(left < right)
    except TypeError:
        raise not_with("<", left, right) from None


def less_equal(left: Value, right: Value) -> bool:
    """``<=``."""
    try:
        return bool(left <= right)
    except TypeError:
        raise not_with("<=", left, right) from None


def greater(left: Value, right: Value) -> bool:
    """``>``."""
    try:
        return bool(left > right)
    except TypeError:
        raise not_with(">", left, right) from None


def greater_equal(left: Value, right: Value) -> bool:
    """``>=``."""
    try:
        return bool(left >= right)
    except TypeError:
        raise not_with(">=", left, right) from None


def compare(left: Value, right: Value) -> int:
    """``>=<``: -1, 0 or 1."""
    if left == right:
        return 0
    try:
        return -1 if left < right else 1
    except TypeError:
        raise not_with(">=<", left, right) from None


def elementwise_equal(left: Value, right: Value) -> Value:
    """``==``: 1 or 0 for every element; 0 where shapes differ."""
    if isinstance(left, (list, array)):
        if isinstance(right, (list, array)):
            if len(left) != len(right):
                return 0
            return _flags([elementwise_equal(a, b) for a, b in zip(left, right, strict=True)])
        return _flags([elementwise_equal(a, right) for a in left])
    if isinstance(right, (list, array)):
        return _flags([elementwise_equal(left, b) for b in right])
    return 1 if left == right else 0


def _flags(values: list[Value]) -> Value:
    return grouped(values) if values else LispList()
