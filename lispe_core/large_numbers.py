"""Whole numbers of many digits.

Python writes them in a time that grows with the square of their length, within one call that no
request to stop can end. Halves joined by ``decimal`` take a fraction of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lispe_core.errors import LispError

if TYPE_CHECKING:
    from decimal import Decimal

LARGE = 1 << 100_000
MOST_POWER_BITS = 2**25
"""Some ten million digits: a power that takes longer could not be stopped."""
MOST_SHIFTED_BITS = 2**30
_SMALL_BITS = 256


def require_bits(bits: int, most: int) -> None:
    """Check that a result of that many bits is not too large to be waited for.

    Raises:
        LispError: It is.
    """
    if bits > most:
        raise LispError("number too large")


def digits(number: int) -> str:
    """``number`` in decimal."""
    if -LARGE < number < LARGE:
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
