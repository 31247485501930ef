"""Equality and order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from lispe_core.containers import alike
from lispe_core.forms import LispList, Truth, Value, truth
from lispe_core.library import Library
from lispe_core.matrices import Matrix
from lispe_core.operators import (
    compare,
    elementwise_equal,
    greater,
    greater_equal,
    identical,
    less,
    less_equal,
)
from lispe_core.typed_lists import TypedList

comparison = Library("comparison")
Test = Callable[[Value, Value], bool]

_CHAINS: dict[str, tuple[Test, str]] = {
    "eq": (
        identical,
        """Whether the operands are the same: scalars by value, containers by identity.

    Example:
        (eq "a" "a")        ; => true
        (eq '(1) '(1))      ; => nil
        (eq nil ())         ; => true
    """,
    ),
    "neq": (
        lambda left, right: not identical(left, right),
        """Whether no two neighbours are ``eq``.

    Example:
        (neq 1 2)           ; => true
    """,
    ),
    "=": (
        lambda left, right: bool(left == right),
        """Whether the operands are equal, containers by their contents.

    Example:
        (= '(1 2) '(1 2))   ; => true
        (= "10" 10)         ; => nil
    """,
    ),
    "!=": (
        lambda left, right: bool(left != right),
        """Whether no two neighbours are ``=``.

    Example:
        (!= 1 2 1)          ; => true
    """,
    ),
    "<": (
        less,
        """Whether every operand is less than the next.

    Example:
        (< 1 2 3)           ; => true
        (< "b" "a")         ; => nil
    """,
    ),
    "<=": (
        less_equal,
        """Whether no operand is greater than the next.

    Example:
        (<= 1 1 2)          ; => true
    """,
    ),
    ">": (
        greater,
        """Whether every operand is greater than the next.

    Example:
        (> 3 2 1)           ; => true
    """,
    ),
    ">=": (
        greater_equal,
        """Whether no operand is less than the next.

    Example:
        (>= 3 3 4)          ; => nil
    """,
    ),
}


def _declare(sign: str, holds: Test, description: str) -> None:
    def chain(first: Value, second: Value, *more: Value) -> Truth | None:
        if not more:
            return truth(holds(first, second))
        return truth(all(holds(left, right) for left, right in pairwise((first, second, *more))))

    chain.__name__ = sign
    chain.__doc__ = description
    comparison.add(sign, chain)


for _sign, (_holds, _description) in _CHAINS.items():
    _declare(_sign, _holds, _description)


@comparison.builtin("==")
def equal_elements(left: Value, right: Value) -> Value:
    """1 or 0 for scalars, a list of them for lists; 0 where the shapes differ.

    Example:
        (== '(1 2 3) 2)     ; => (0 1 0)
        (== 3 4)            ; => 0
    """
    return elementwise_equal(left, right)


@comparison.builtin("¬")
def opposite(value: Value) -> Value:
    """``not`` of a scalar; of a container, of each element: 1 or 0 where all are numbers.

    Example:
        (¬ 3)                   ; => nil
        (¬ (integers 1 0))      ; => (0 1)
        (¬ '(1 nil "a"))        ; => (nil true nil)
        (¬ {"a":0})             ; => {"a":true}
    """
    if isinstance(value, Matrix):
        return value.regrouped(map(opposite, value))
    if isinstance(value, TypedList):
        return alike(value, [int(not element) for element in value])
    if isinstance(value, list):
        return LispList(map(opposite, value))
    if isinstance(value, dict):
        opposites: Value = type(value)()
        for key, element in value.items():
            opposites[key] = opposite(element)
        return opposites
    return truth(not value)


@comparison.builtin(">=<")
def three_way(left: Value, right: Value) -> int:
    """-1, 0 or 1: how ``left`` compares with ``right``.

    Example:
        (>=< 11 10)         ; => 1
    """
    return compare(left, right)
