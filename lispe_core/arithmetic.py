"""The two-operand operators, with LispE's rules where Python's differ and LispE's messages.

Compiled code tries Python's own operator first and comes here when that fails, or where Python
would succeed with another meaning (``"ab" * 3``, the sign of ``%``). Lists and foreign values
bring their own ``__add__`` and relatives, which these functions reach through Python's operators.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING

from lispe_core.errors import LispError
from lispe_core.large_numbers import MOST_POWER_BITS, MOST_SHIFTED_BITS, require_bits

if TYPE_CHECKING:
    from lispe_core.forms import Value

NUMERIC = (int, float, complex)
REAL = (int, float)
TEXT = (str, bytes)


def refusal(sign: str, left: Value, right: Value) -> LispError:
    """The error for operands that ``sign`` does not take."""
    if isinstance(left, NUMERIC):
        from lispe_core.printer import abridged  # the printer knows lists, which know this module

        return LispError(
            f"cannot use this element in an arithmetic expression: '{abridged(right)}'",
            hint=_TEXT_AS_NUMBER if isinstance(right, (str, bytes)) else None,
        )
    return not_with(sign, left, right)


def not_with(sign: str, left: Value, right: Value) -> LispError:
    """The error for two operands that don't go together."""
    return LispError(
        f"cannot evaluate '{sign}' with these operands",
        hint=lambda: f"'{sign}' got {_kind(left)} and {_kind(right)}",
    )


def _kind(value: Value) -> str:
    from lispe_core.printer import type_name

    return "nil" if value is None else type_name(value)


_TEXT_AS_NUMBER = "text becomes a number with (number text)"


def add(left: Value, right: Value) -> Value:
    """The sum; text takes anything behind it, converted to text."""
    if isinstance(left, str) and not isinstance(right, (str, list, array)):
        from lispe_core.printer import display

        return left + display(right)
    if isinstance(left, bytes) and not isinstance(right, (bytes, list, array)):
        from lispe_core.printer import display

        return left + display(right).encode()
    try:
        return left + right
    except TypeError:
        raise refusal("+", left, right) from None


def subtract(left: Value, right: Value) -> Value:
    """The difference."""
    try:
        return left - right
    except TypeError:
        raise refusal("-", left, right) from None


def multiply(left: Value, right: Value) -> Value:
    """The product."""
    if isinstance(left, TEXT) or isinstance(right, TEXT):
        raise refusal("*", left, right)
    try:
        return left * right
    except TypeError:
        raise refusal("*", left, right) from None


def divide(left: Value, right: Value) -> Value:
    """The quotient, always a number."""
    try:
        return left / right
    except ZeroDivisionError:
        raise LispError("division by zero") from None
    except TypeError:
        raise refusal("/", left, right) from None


def modulo(left: Value, right: Value) -> Value:
    """The remainder of whole numbers, with the sign of ``left``."""
    if isinstance(left, REAL) and isinstance(right, REAL):
        dividend, divisor = int(left), int(right)
        if divisor == 0:
            raise LispError("division by zero")
        remainder = abs(dividend) % abs(divisor)
        return -remainder if dividend < 0 else remainder
    if isinstance(left, TEXT):
        raise refusal("%", left, right)
    try:
        return left % right
    except TypeError:
        raise refusal("%", left, right) from None


def power(left: Value, right: Value) -> Value:
    """``left`` to the power of ``right``; whole numbers stay whole."""
    if isinstance(left, REAL) and isinstance(right, REAL):
        if isinstance(left, int) and isinstance(right, int) and right >= 0:
            require_bits(right * left.bit_length() if abs(left) > 1 else 0, MOST_POWER_BITS)
            return left**right
        return _real_power(left, right)
    try:
        return left**right
    except TypeError:
        raise refusal("^^", left, right) from None


def _real_power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def _bitwise(sign: str, whole: Callable[[int, int], int]) -> Callable[[Value, Value], Value]:
    def operate(left: Value, right: Value) -> Value:
        if isinstance(left, REAL) and isinstance(right, REAL):
            try:
                return whole(int(left), int(right))
            except (ValueError, OverflowError) as error:
                raise LispError(str(error)) from None
        if isinstance(left, dict):
            raise refusal(sign, left, right)
        try:
            return whole(left, right)
        except TypeError:
            raise refusal(sign, left, right) from None

    operate.__doc__ = f"The operator ``{sign}`` on whole numbers; fractions are cut first."
    return operate


_shift_left = _bitwise("<<", lambda left, right: left << right)


def shift_left(left: Value, right: Value) -> Value:
    """``left`` with its bits moved up by ``right`` places."""
    if type(right) is int and isinstance(left, REAL) and left:
        require_bits(right, MOST_SHIFTED_BITS)
    return _shift_left(left, right)


shift_right = _bitwise(">>", lambda left, right: left >> right)
bit_and = _bitwise("&", lambda left, right: left & right)
bit_or = _bitwise("|", lambda left, right: left | right)
bit_xor = _bitwise("^", lambda left, right: left ^ right)
bit_and_not = _bitwise("&~", lambda left, right: left & ~right)
