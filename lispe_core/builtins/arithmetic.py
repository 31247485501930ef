"""Arithmetic: the operators of numbers, text and lists; sums and extremes."""

from __future__ import annotations

import math
import operator
from array import array
from collections.abc import Iterable
from functools import reduce

from lispe_core.containers import elements
from lispe_core.elementwise import Elementwise, Operation
from lispe_core.errors import LispError
from lispe_core.foreign import Container, Foreign
from lispe_core.forms import LispList, Stringbytes, Strings, Value
from lispe_core.library import Library
from lispe_core.matrices import Matrix
from lispe_core.operators import OPERATIONS, add, fold, less, multiply, negate
from lispe_core.scalars import Float
from lispe_core.typed_lists import Floats, TypedList, homogeneous, total

arithmetic = Library("arithmetic")

_PLAIN = frozenset({int, float})

_DESCRIPTIONS = {
    "+": """The sum of the operands; text takes everything behind it as text.

    One list is summed. Lists are added element by element, a scalar to every element.

    Example:
        (+ 1 2.5)           ; => 3.5
        (+ "n=" 3)          ; => n=3
        (+ '(1 2 3) 10)     ; => (11 12 13)
        (+ '(1 2 3))        ; => 6
    """,
    "-": """The first operand less the others; of one number, the number with its sign changed.

    Example:
        (- 10 2 3)          ; => 5
        (- 10 '(1 2))       ; => (9 8)
        (- 4)               ; => -4
    """,
    "*": """The product of the operands.

    Example:
        (* 2 3.5)           ; => 7
        (* '(2 3))          ; => 6
    """,
    "/": """The first operand divided by the others: always a number.

    Example:
        (/ 10 4)            ; => 2.5
        (/ 1 0)             ; error: Error: division by zero
    """,
    "%": """The remainder of whole numbers, with the sign of the first operand.

    Example:
        (% 7 3)             ; => 1
        (% -7 3)            ; => -1
    """,
    "^^": """The first operand to the power of the others.

    Example:
        (^^ 2 10)           ; => 1024
        (^^ 2 -1)           ; => 0.5
    """,
    "<<": """The first operand with its bits shifted to the left.

    Example:
        (<< 1 4)            ; => 16
    """,
    ">>": """The first operand with its bits shifted to the right.

    Example:
        (>> 16 2)           ; => 4
    """,
    "&": """The bits that all operands have.

    Example:
        (& 12 10)           ; => 8
    """,
    "|": """The bits that any operand has.

    Example:
        (| 12 10)           ; => 14
    """,
    "^": """The bits that an odd number of operands has.

    Example:
        (^ 12 10)           ; => 6
    """,
    "&~": """The bits of the first operand that the others do not have.

    Example:
        (&~ 12 10)          ; => 4
    """,
}


def _declare(sign: str, description: str, *aliases: str) -> None:
    operation = OPERATIONS[sign]

    def operate(first: Value, *others: Value) -> Value:
        if not others:
            return fold(sign, first)
        return reduce(operation, others, first)

    operate.__name__ = sign
    operate.__doc__ = description
    arithmetic.builtin(sign, *aliases)(operate)


for _sign, _description in _DESCRIPTIONS.items():
    _declare(_sign, _description, *(["**"] if _sign == "^^" else []))


@arithmetic.builtin("~")
def bit_not(value: Value) -> Value:
    """The bits of a whole number, inverted.

    Example:
        (~ 5)    ; => -6
    """
    try:
        return ~int(value) if isinstance(value, float) else ~value
    except TypeError:
        raise LispError("cannot evaluate '~' with these operands") from None


_LARGEST_FACTORIAL = 1_000_000


@arithmetic.builtin("!")
def factorial(value: int) -> int:
    """The factorial.

    Example:
        (! 5)    ; => 120
    """
    if value < 0:
        raise LispError("a factorial needs a number that is not negative")
    if value > _LARGEST_FACTORIAL:
        raise LispError(f"a factorial of a number above {_LARGEST_FACTORIAL} has too many digits")
    return math.factorial(int(value))


@arithmetic.builtin("sign")
def change_sign(value: Value) -> Value:
    """``value`` with its sign changed.

    Example:
        (sign 4)    ; => -4
    """
    return negate(value)


@arithmetic.builtin("signp")
def sign_of(value: float) -> int:
    """-1, 0 or 1: the sign of a number.

    Example:
        (signp -2.5)    ; => -1
    """
    return (value > 0) - (value < 0)


def _leaves(values: Iterable[Value]) -> list[Value]:
    leaves: list[Value] = []
    for value in values:
        if isinstance(value, (list, array)):
            leaves.extend(_leaves(value))
        else:
            leaves.append(value)
    return leaves


def _are_plain(values: Value) -> bool:
    """Whether all elements are ordinary numbers, which Python's own operations suit."""
    return isinstance(values, list) and _PLAIN.issuperset(map(type, values))


def _quickest(plain: Operation, checked: Operation, values: Value) -> Operation:
    return plain if _are_plain(values) else checked


def _summable(values: Value) -> Iterable[Value]:
    """The leaves of a plain list; text is refused, since only ``strings`` have a sum."""
    if _are_plain(values):
        return list(values)
    leaves = _leaves(elements(values))
    for value in leaves:
        if isinstance(value, (str, bytes)):
            raise LispError("cannot evaluate '+' with these operands")
    return leaves


@arithmetic.builtin("sum", "∑")
def summed(values: Value) -> Value:
    """The sum of the elements; of a plain list always a number.

    Example:
        (sum (integers 1 2 3))          ; => 6
        (sum '(1000000 234567))         ; => 1.23457e+06
        (sum (strings "a" "b"))         ; => ab
    """
    if isinstance(values, TypedList):
        return total(values)
    if isinstance(values, Strings):
        return "".join(values)
    if isinstance(values, Stringbytes):
        return b"".join(values)
    if isinstance(values, Matrix) and values.is_large:
        from lispe_core.vectors import total_of_matrix

        result = total_of_matrix(values)
        if result is not None:
            return result
    if isinstance(values, list):
        return reduce(_quickest(operator.add, add, values), _summable(values), 0.0)
    if isinstance(values, Container) and not isinstance(values, Foreign):
        grouped = homogeneous(elements(values))
        return total(grouped) if isinstance(grouped, TypedList) else reduce(add, grouped, 0)
    raise LispError("'sum' needs a list")


@arithmetic.builtin("product", "∏")
def product(values: Value) -> Value:
    """The product of the elements; of a plain list always a number.

    Example:
        (product (integers 2 3 4))      ; => 24
    """
    if isinstance(values, TypedList):
        result = reduce(multiply, values.tolist()) if values else 0
        return Float(result) if isinstance(values, Floats) else result
    if isinstance(values, list) or (
        isinstance(values, Container) and not isinstance(values, Foreign)
    ):
        return reduce(_quickest(operator.mul, multiply, values), _summable(values), 1.0)
    raise LispError("'product' needs a list")


def _candidates(name: str, first: Value, others: tuple[Value, ...]) -> list[Value]:
    if others:
        return [first, *others]
    if isinstance(first, (Elementwise, str, dict, Container)):
        return elements(first)
    raise LispError(f"'{name}' of one operand needs a container")


@arithmetic.builtin("max")
def largest(first: Value, *others: Value) -> Value:
    """The largest operand, or the largest element of one container.

    Example:
        (max 3 7 5)       ; => 7
        (max '(3 9 5))    ; => 9
    """
    values = _candidates("max", first, others)
    if _are_plain(values):
        return max(values, default=None)
    return reduce(lambda a, b: b if less(a, b) else a, values) if values else None


@arithmetic.builtin("min")
def smallest(first: Value, *others: Value) -> Value:
    """The smallest operand, or the smallest element of one container.

    Example:
        (min 3 7 5)       ; => 3
    """
    values = _candidates("min", first, others)
    if _are_plain(values):
        return min(values, default=None)
    return reduce(lambda a, b: b if less(b, a) else a, values) if values else None


@arithmetic.builtin("minmax")
def extremes(first: Value, *others: Value) -> Value:
    """The smallest and the largest, as a list.

    Example:
        (minmax '(3 9 5))    ; => (3 9)
    """
    values = _candidates("minmax", first, others)
    return LispList([smallest(LispList(values)), largest(LispList(values))]) if values else None
