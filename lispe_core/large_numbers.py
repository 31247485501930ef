"""Whole numbers of many digits.

Python reads and writes them in a time that grows with the square of their length, within one call
that no request to stop can end. Pieces that are joined take a fraction of that.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from lispe_core.errors import LispError

if TYPE_CHECKING:
    from decimal import Decimal

MANY_DIGITS = 1 << 100_000
"""From here on, Python takes a noticeable time to write a number."""
MOST_POWER_BITS = 2**25
"""Some ten million digits: a power that takes longer could not be stopped."""
MOST_SHIFTED_BITS = 2**30
_SMALL_BITS = 256
_MOST_DIGITS_AT_ONCE = 10_000
_GREATEST_DIVIDED_AT_ONCE = 1 << 2**17


def require_bits(bits: int, most: int) -> None:
    """Check that a result of that many bits is not too large to be waited for.

    Raises:
        LispError: It is.
    """
    if bits > most:
        raise LispError("number too large")


def whole_number(text: str, base: int = 10) -> int:
    """The number that ``text`` stands for in ``base``, as Python's ``int`` reads it.

    Raises:
        ValueError: It stands for none.
        LispError: The number is too large to be waited for.
    """
    if len(text) <= _MOST_DIGITS_AT_ONCE or base & (base - 1) == 0:
        return int(text, base)
    require_bits(int(len(text) * math.log2(base)), MOST_POWER_BITS)
    sign, written = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if not written.isalnum():
        raise ValueError(f"no number in base {base}")
    ends = range(len(written), 0, -_MOST_DIGITS_AT_ONCE)
    parts = [int(written[max(0, end - _MOST_DIGITS_AT_ONCE) : end], base) for end in ends]
    power = base**_MOST_DIGITS_AT_ONCE
    while True:
        pairs = itertools.zip_longest(parts[::2], parts[1::2], fillvalue=0)
        parts = [low + high * power for low, high in pairs]
        if len(parts) == 1:
            return -parts[0] if sign == "-" else parts[0]
        power *= power


def common_divisor(first: int, second: int) -> int:
    """The greatest common divisor; large numbers are first divided step by step."""
    first, second = max(abs(first), abs(second)), min(abs(first), abs(second))
    while second > _GREATEST_DIVIDED_AT_ONCE:
        first, second = second, first % second
    return math.gcd(first, second)


def digits(number: int) -> str:
    """``number`` in decimal."""
    if -MANY_DIGITS < number < MANY_DIGITS:
        return str(number)
    import decimal

    with decimal.localcontext() as context:
        context.prec = decimal.MAX_PREC
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        context.traps[decimal.Inexact] = True
        powers: dict[int, Decimal] = {}
        text = str(_joined(abs(number), number.bit_length(), powers))
    return f"-{text}" if number < 0 else text


def _joined(number: int, bits: int, powers: dict[int, Decimal]) -> Decimal:
    from decimal import Decimal

    if bits <= _SMALL_BITS:
        return Decimal(number)
    half = bits // 2
    upper = number >> half
    lower = _joined(number - (upper << half), half, powers)
    return lower + _joined(upper, bits - half, powers) * _power_of_two(half, powers)


def _power_of_two(bits: int, powers: dict[int, Decimal]) -> Decimal:
    from decimal import Decimal

    found = powers.get(bits)
    if found is None:
        if bits <= _SMALL_BITS:
            found = Decimal(1 << bits)
        else:
            half = bits // 2
            found = _power_of_two(half, powers) * _power_of_two(bits - half, powers)
        powers[bits] = found
    return found
