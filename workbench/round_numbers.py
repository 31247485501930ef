"""Round numbers for the marks on an axis."""

from __future__ import annotations

import math

__all__ = ["ticks"]


def ticks(low: float, high: float, count: int) -> list[float]:
    """At most ``count`` + 1 round numbers in the range."""
    span = high - low
    if span <= 0 or count < 1:
        return [low]
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
