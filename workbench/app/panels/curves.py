"""Series of numbers that grow for ever, kept in constant memory and drawn in constant time.

A series is a list of buckets, each the lowest and the highest of consecutive points. While there
are few points a bucket is a point; each time the list is full, neighbours are joined and buckets
cover twice as many points from then on. The extremes survive, so no spike is lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

CAPACITY = 2048
LARGEST = 1e300  # beyond it the span of a curve may overflow
SMOOTHING = 0.9

Point = tuple[float, float]


class Bucket(NamedTuple):
    """The lowest and highest finite point of a stretch; of no use (NaN) where there is none."""

    low_step: int
    low: float
    high_step: int
    high: float

    def joined(self, other: Bucket) -> Bucket:
        """The extremes of both stretches."""
        if math.isnan(self.low) or math.isnan(other.low):
            return other if math.isnan(self.low) else self
        lower = self if self.low <= other.low else other
        upper = self if self.high >= other.high else other
        return Bucket(lower.low_step, lower.low, upper.high_step, upper.high)

    def points(self, floor: float) -> list[Point]:
        """One or two points above ``floor`` in the order of their steps."""
        both = {(self.low_step, self.low), (self.high_step, self.high)}
        return sorted((step, value) for step, value in both if value > floor)


class Series:
    """One curve: points numbered from 1, raw and smoothed."""

    def __init__(self) -> None:
        self.count = 0
        self.gaps = 0
        self.last = math.nan
        self.average = math.nan
        self.raw: list[Bucket] = []
        self.smooth: list[Bucket] = []
        self.size = 1

    def extend(self, values: Iterable[float]) -> None:
        """Append ``values``; NaN, infinity and what comes near it become gaps."""
        for value in values:
            self.append(value)

    def append(self, value: float) -> None:
        """Append one value."""
        self.count += 1
        self.last = value
        if abs(value) <= LARGEST:
            known = math.isfinite(self.average)
            weight = SMOOTHING if known else 0.0
            self.average = weight * (self.average if known else 0.0) + (1 - weight) * value
            point = Bucket(self.count, value, self.count, value)
            smooth = Bucket(self.count, self.average, self.count, self.average)
        else:
            self.gaps += 1
            point = smooth = Bucket(self.count, math.nan, self.count, math.nan)
        if (self.count - 1) % self.size:
            self.raw[-1] = self.raw[-1].joined(point)
            self.smooth[-1] = self.smooth[-1].joined(smooth)
            return
        if len(self.raw) == CAPACITY:
            self.raw, self.smooth = halved(self.raw), halved(self.smooth)
            self.size *= 2
        self.raw.append(point)
        self.smooth.append(smooth)

    def segments(self, columns: int, *, smoothed: bool, floor: float) -> list[list[Point]]:
        """Lines between gaps, of at most two points a column; only values above ``floor``."""
        buckets = self.smooth if smoothed else self.raw
        together = max(1, math.ceil(len(buckets) / max(1, columns)))
        lines: list[list[Point]] = [[]]
        for start in range(0, len(buckets), together):
            bucket = buckets[start]
            for other in buckets[start + 1 : start + together]:
                bucket = bucket.joined(other)
            points = bucket.points(floor)
            if points:
                lines[-1] += points
            elif lines[-1]:
                lines.append([])
        return [line for line in lines if line]


def halved(buckets: list[Bucket]) -> list[Bucket]:
    """Neighbours joined."""
    return [one.joined(other) for one, other in zip(buckets[::2], buckets[1::2], strict=True)]
