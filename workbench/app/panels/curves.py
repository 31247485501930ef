"""Series of numbers that grow for ever: drawn in the same time however long they are.

The points of a series are kept in levels: the newest of them singly, and the lowest and highest
of every 16, 256, 4096 … of them. Levels are filled as points come, so nothing is ever gone through
again; a picture takes the finest level that has not many more entries in view than there are
columns. The extremes are in every level, so no spike is lost. Numbers stand in arrays, and each
level keeps only the newest of its entries: a curve of a million points takes 10 MiB, one of many
more hardly more.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

FAN = 16
SINGLES = 2**17  # at least so many of the newest points stay single
BUCKETS = 2**14  # at least so many of the newest buckets stay in each level
LARGEST = 1e300  # beyond it the span of a curve may overflow
SMOOTHING = 0.9

Point = tuple[float, float]


class Bucket(NamedTuple):
    """The lowest and highest finite point of a stretch; of no use (NaN) where there is none."""

    low_step: float
    low: float
    high_step: float
    high: float

    def joined(self, other: Bucket) -> Bucket:
        """The extremes of both stretches."""
        if math.isnan(self.low) or math.isnan(other.low):
            return other if math.isnan(self.low) else self
        lower = self if self.low <= other.low else other
        upper = self if self.high >= other.high else other
        return Bucket(lower.low_step, lower.low, upper.high_step, upper.high)

    def points(self, floor: float = -math.inf) -> list[Point]:
        """One or two points above ``floor`` in the order of their steps."""
        both = {(self.low_step, self.low), (self.high_step, self.high)}
        return sorted((step, value) for step, value in both if value > floor)


class Stretches:
    """Buckets in the order of their steps."""

    def __init__(self) -> None:
        self.columns = array("d"), array("d"), array("d"), array("d")

    def __len__(self) -> int:
        return len(self.columns[0])

    def append(self, bucket: Bucket) -> None:
        """Add the newest bucket; the oldest go where there are very many."""
        for column, number in zip(self.columns, bucket, strict=True):
            column.append(number)
            if len(column) == 2 * BUCKETS:
                del column[:BUCKETS]

    def part(self, start: int, end: int) -> list[Bucket]:
        """The buckets from one place to another."""
        return list(map(Bucket, *(column[start:end] for column in self.columns)))

    def bounds(self, low: float, high: float) -> tuple[int, int]:
        """The places of what lies from step ``low`` to ``high``."""
        return bisect_left(self.columns[0], low), bisect_right(self.columns[0], high)


class Levels:
    """The points of one curve; NaN stands for a gap."""

    def __init__(self) -> None:
        self.count = 0
        self.steps = array("d")
        self.values = array("d")
        self.stretches: list[Stretches] = []

    def append(self, step: float, value: float) -> None:
        """Add a point to the right of all others."""
        self.count += 1
        self.steps.append(step)
        self.values.append(value)
        level, size = 0, FAN
        while self.count % size == 0:
            self._fold(level)
            level, size = level + 1, size * FAN
        if len(self.values) == 2 * SINGLES:
            del self.steps[:SINGLES], self.values[:SINGLES]

    def _fold(self, level: int) -> None:
        """Make a bucket of the newest entries of the level below."""
        if level == len(self.stretches):
            self.stretches.append(Stretches())
        if level:
            below = self.stretches[level - 1]
            newest = below.part(len(below) - FAN, len(below))
        else:
            newest = self._singles(len(self.values) - FAN, len(self.values))
        bucket = newest[0]
        for other in newest[1:]:
            bucket = bucket.joined(other)
        self.stretches[level].append(bucket)

    def _singles(self, start: int, end: int) -> list[Bucket]:
        pairs = zip(self.steps[start:end], self.values[start:end], strict=True)
        return [Bucket(step, value, step, value) for step, value in pairs]

    @property
    def single_from(self) -> float | None:
        """The first step whose point is still single; None where all are."""
        return self.steps[0] if self.count > len(self.steps) else None

    def between(self, low: float, high: float, most: float) -> list[Bucket]:
        """What lies from step ``low`` to ``high`` and next to it, in about ``most`` entries."""
        start, end = bisect_left(self.steps, low), bisect_right(self.steps, high)
        if (start > 0 or self.count == len(self.steps)) and end - start <= most:
            return self._singles(max(0, start - 1), end + 1)
        size = FAN
        for number, level in enumerate(self.stretches):
            start, end = level.bounds(low, high)
            complete = start > 0 or len(level) == self.count // size
            if (complete and end - start <= most) or number == len(self.stretches) - 1:
                newest = self._tail(number) if end >= len(level) else []
                return level.part(max(0, start - 1), end + 1) + newest
            size *= FAN
        return self._singles(max(0, start - 1), end + 1)

    def _tail(self, number: int) -> list[Bucket]:
        """The points after the last bucket of a level, in entries of the levels below."""
        entries: list[Bucket] = []
        for below in range(number - 1, -1, -1):
            level = self.stretches[below]
            full = self.count // FAN ** (below + 1) % FAN
            entries += level.part(len(level) - full, len(level))
        return entries + self._singles(len(self.values) - self.count % FAN, len(self.values))

    def finest(self, low: float, high: float) -> Iterator[Point]:
        """Every point from step ``low`` to ``high`` that is still known; gaps are left out."""
        covered = math.inf if not self.steps else self.steps[0]
        parts: list[list[Bucket]] = []
        for level in self.stretches:
            start, end = level.bounds(low, min(high, covered))
            if self.single_from is not None and start < end:
                found = level.part(start, end)
                parts.append([entry for entry in found if entry.high_step < covered])
                covered = min(covered, found[0].low_step)
        for part in reversed(parts):
            for entry in part:
                yield from entry.points()
        first, last = bisect_left(self.steps, low), bisect_right(self.steps, high)
        for entry in self._singles(first, last):
            yield from entry.points()

    def nearest(self, step: float) -> Bucket | None:
        """The point nearest to ``step``, or the stretch it is in where points are not single."""
        if not self.count:
            return None
        near = self.between(step, step, FAN)
        return min(near, key=lambda entry: abs((entry.low_step + entry.high_step) / 2 - step))


class Series:
    """One curve, raw and smoothed.

    Args:
        number: Its place among all curves, which gives it its colour and its letter.
    """

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self.gaps = 0
        self.positive = False
        self.first_step = math.nan
        self.last_step = 0.0
        self.last = math.nan
        self.average = math.nan
        self.raw = Levels()
        self.smooth = Levels()

    @property
    def count(self) -> int:
        """How many points there have been, gaps among them."""
        return self.raw.count

    def extend(self, points: Iterable[tuple[float | None, float]]) -> None:
        """Append pairs of a step, None for the next one, and a value."""
        for step, value in points:
            self.append(value, step)

    def append(self, value: float, step: float | None = None) -> None:
        """Append one value; NaN, infinity and what comes near it become gaps.

        A step that is not beyond the last one counts on from it.
        """
        forward = step is not None and self.last_step < step <= LARGEST
        if step is None or not (forward or (not self.count and math.isfinite(step))):
            step = self.last_step + 1
        if not self.count:
            self.first_step = step
        self.last_step = step
        self.last = value
        if abs(value) <= LARGEST:
            known = math.isfinite(self.average)
            weight = SMOOTHING if known else 0.0
            self.average = weight * (self.average if known else 0.0) + (1 - weight) * value
            self.positive = self.positive or value > 0
            self.raw.append(step, value)
            self.smooth.append(step, self.average)
        else:
            self.gaps += 1
            self.raw.append(step, math.nan)
            self.smooth.append(step, math.nan)

    def segments(
        self,
        columns: int,
        *,
        smoothed: bool,
        floor: float,
        window: tuple[float, float] | None = None,
    ) -> list[list[Point]]:
        """Lines between gaps, of at most two points a column; only values above ``floor``.

        Args:
            columns: How many columns the picture has.
            smoothed: The running average instead of the values.
            floor: Values at or below it are gaps.
            window: The first and the last step in view; all of them by default.
        """
        low, high = window or (self.first_step, self.last_step)
        if not self.count:
            return []
        levels = self.smooth if smoothed else self.raw
        width = max((high - low) / max(1, columns), 1e-9)
        lines: list[list[Point]] = [[]]
        for bucket in _by_column(levels.between(low, high, 2 * FAN * columns), low, width):
            points = bucket.points(floor)
            if points:
                lines[-1] += points
            elif lines[-1]:
                lines.append([])
        cut = (clipped(line, low, high) for line in lines)
        return [line for line in cut if line]


def _by_column(entries: list[Bucket], low: float, width: float) -> Iterator[Bucket]:
    """Entries joined where they fall into one column."""
    joined: Bucket | None = None
    place = -math.inf
    for entry in entries:
        column = math.floor((min(entry.low_step, entry.high_step) - low) / width)
        if joined is not None and column == place:
            joined = joined.joined(entry)
            continue
        if joined is not None:
            yield joined
        joined, place = entry, column
    if joined is not None:
        yield joined


def clipped(line: list[Point], low: float, high: float) -> list[Point]:
    """The part of a line between two steps, cut where it crosses them."""
    inside = [point for point in line if low <= point[0] <= high]
    before = [point for point in line if point[0] < low][-1:]
    after = [point for point in line if point[0] > high][:1]
    if inside and inside[0][0] == low:
        before = []
    if inside and inside[-1][0] == high:
        after = []
    near = before + inside + after
    if len(near) == 1 and (before or after):
        return []
    if before:
        near[0] = _crossing(near[0], near[1], low)
    if after:
        near[-1] = _crossing(near[-2], near[-1], high)
    return near


def between_values(line: list[Point], low: float, high: float) -> list[list[Point]]:
    """The parts of a line between two values, cut where it crosses them."""
    if len(line) == 1:
        return [line] if low <= line[0][1] <= high else []
    parts: list[list[Point]] = []
    for start, end in pairwise(line):
        part = _between(start, end, low, high)
        if not part:
            continue
        if parts and parts[-1][-1] == part[0]:
            parts[-1].append(part[1])
        else:
            parts.append(part)
    return parts


def _between(start: Point, end: Point, low: float, high: float) -> list[Point]:
    """The part of a straight line between two values: its two ends, or nothing."""
    (x, y), (across, up) = start, end
    if max(y, up) < low or min(y, up) > high:
        return []

    def at(value: float) -> Point:
        inside = min(high, max(low, value))
        return (x + (across - x) * ((inside - y) / (up - y)), inside) if up != y else (x, y)

    first = start if low <= y <= high else at(y)
    last = end if low <= up <= high else at(up)
    return [first, last]


def _crossing(start: Point, end: Point, step: float) -> Point:
    (x, y), (across, up) = start, end
    share = (step - x) / (across - x) if across > x else 0.0
    return step, y + (up - y) * share
