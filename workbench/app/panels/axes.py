"""The axes of a picture of curves: a range, and round numbers on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workbench.app.panels.numerals import short_number
from workbench.round_numbers import ticks

MINUTE, HOUR, DAY = 60, 3600, 86400
TIME_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(HOUR * hours for hours in (1, 2, 3, 6, 12)),
    *(DAY * days for days in (1, 2, 7, 30)),
)
"""Seconds between two marks on an axis of times."""

FLAT, SMALLEST = 1e-12, 1e-280
MOST_DIGITS = 9


def decade_ticks(low: float, high: float, count: int) -> list[float]:
    """Logarithms of at most about ``count`` round numbers between powers of ten."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        marks = [decade + math.log10(step) for decade in decades for step in steps]
        inside = [mark for mark in marks if low <= mark <= high]
        if 2 <= len(inside) <= count + 1:
            return inside
    return [mark for mark in ticks(low, high, count) if mark == int(mark)] or [low, high]


@dataclass(frozen=True, slots=True)
class Axis:
    """A range and the marks on it: positions from 0 to 1, each with its label."""

    low: float
    high: float
    marks: tuple[tuple[float, str], ...]

    def place(self, value: float) -> float:
        """Where a value lies on the axis."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def value_axis(values: Sequence[float], count: int, *, logarithmic: bool) -> Axis:
    """The vertical axis; of ``values`` that are logarithms it shows what they stand for."""
    low, high = min(values), max(values)
    if high - low <= max(FLAT * max(abs(low), abs(high)), SMALLEST):
        margin = max(abs(high) * 0.05, SMALLEST) if high else 1.0
        low, high = low - margin, high + margin
    at = (decade_ticks if logarithmic else ticks)(low, high, count)
    marks = ((tick - low) / (high - low) for tick in at)
    shown = [10**tick if logarithmic else tick for tick in at]
    digits = next((n for n in range(3, MOST_DIGITS) if are_apart(shown, n)), MOST_DIGITS)
    labels = (short_number(value, digits) for value in shown)
    return Axis(low, high, tuple(zip(marks, labels, strict=True)))


def are_apart(values: Sequence[float], digits: int) -> bool:
    """Whether all values are told differently with so many digits."""
    return len({short_number(value, digits) for value in values}) == len(values)


def time_axis(low: float, high: float, count: int) -> Axis:
    """A horizontal axis of seconds since the epoch, told as times of the day where one is."""
    high = max(high, low + 1)
    step = next((one for one in TIME_STEPS if (high - low) / one <= count), TIME_STEPS[-1])
    offset = datetime.fromtimestamp(low).astimezone().utcoffset() or timedelta()
    shift = offset.total_seconds()
    first, last = math.ceil((low + shift) / step), math.floor((high + shift) / step)
    at = [number * step - shift for number in range(first, last + 1)]
    return Axis(low, high, tuple(((t - low) / (high - low), clock_time(t, step)) for t in at))


def clock_time(moment: float, step: float = 1) -> str:
    """``14:05:30``; without seconds, or with the day, where ``step`` seconds make that clear."""
    local = datetime.fromtimestamp(moment)
    if step >= DAY:
        return f"{local:%m-%d}"
    return f"{local:%H:%M}" if step >= MINUTE else f"{local:%H:%M:%S}"


def step_axis(low: float, high: float, count: int) -> Axis:
    """The horizontal axis: whole steps."""
    high = max(high, low + 1)
    at = [tick for tick in ticks(low, high, count) if tick == int(tick)]
    return Axis(low, high, tuple(((tick - low) / (high - low), str(int(tick))) for tick in at))
