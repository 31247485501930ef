"""What a program measures, as pictures and tables: a curve in SVG and CSV for each metric."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from torch_lib.atomic_files import replacing
from torch_lib.events import Event, Metric
from workbench.round_numbers import ticks
from workbench.svg_chart import PLOT_WIDTH, Chart, Line, svg

__all__ = ["Plots"]

MARKS = 6
CURVE = "#0072b2"
LARGEST = 1e300
"""Beyond it the span of a curve may overflow."""

LONGEST_NAME = 100
_UNFIT = re.compile(r"[^\w.-]")

Point = tuple[float, float]


class Plots:
    """A listener that collects every metric and writes them into ``folder`` in the end.

    Raises:
        OSError: The folder can't be made.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder.absolute()  # the program may change its own
        self._curves: dict[str, tuple[array[float], array[float]]] = {}

    def __call__(self, event: Event) -> None:
        """Take down ``event`` if it is a metric."""
        if isinstance(event, Metric):
            steps, values = self._curves.setdefault(event.name, (array("d"), array("d")))
            following = steps[-1] + 1 if steps else 0
            steps.append(following if event.step is None else event.step)
            values.append(event.value)

    def write(self) -> None:
        """Write ``NAME.csv`` and ``NAME.svg`` for every metric.

        Raises:
            OSError: A file can't be written.
            ArgumentError: A folder has its name.
        """
        for stem, name in _stems(self._curves):
            steps, values = self._curves[name]
            rows = (f"{step:.15g},{value!r}\n" for step, value in zip(steps, values, strict=True))
            table = "step,value\n" + "".join(rows)
            picture = svg(_chart(name, list(zip(steps, values, strict=True))))
            for ending, text in (("csv", table), ("svg", picture)):
                with replacing(self._folder / f"{stem}.{ending}") as temporary:
                    temporary.write_text(text, "utf-8")


def _stems(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A name of a file for each name of a metric; no two that differ only in their case."""
    used: set[str] = set()
    for name in names:
        fit = _UNFIT.sub("_", name)[:LONGEST_NAME].lstrip(".") or "metric"
        stem, number = fit, 1
        while stem.lower() in used:
            number += 1
            stem = f"{fit}_{number}"
        used.add(stem.lower())
        yield stem, name


def _chart(name: str, points: list[Point]) -> Chart:
    finite = [(step, value) for step, value in points if abs(value) <= LARGEST]
    if not finite:
        return Chart(title=name, notice="no finite values")
    steps = Range.of(step for step, _ in finite)
    values = Range.of(value for _, value in finite)
    return Chart(
        lines=[
            Line([(steps.share(step), values.share(value)) for step, value in line], CURVE)
            for line in _lines(points, steps)
        ],
        across=steps.marks(),
        up=values.marks(),
        title=name,
    )


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that an axis shows."""

    low: float
    high: float

    @classmethod
    def of(cls, numbers: Iterable[float]) -> Range:
        """From the least to the greatest number, apart even where there is only one."""
        ordered = sorted(numbers)
        low, high = ordered[0], ordered[-1]
        margin = 0.0 if high - low > 1e-12 * max(abs(low), abs(high)) else abs(high) * 0.05 or 1.0
        return cls(low - margin, high + margin)

    def share(self, number: float) -> float:
        """Where a number lies between both ends."""
        return (number - self.low) / (self.high - self.low)

    def marks(self) -> list[tuple[float, str]]:
        """Round numbers and where they lie."""
        return [(self.share(tick), f"{tick:.6g}") for tick in ticks(self.low, self.high, MARKS)]


def _lines(points: list[Point], steps: Range) -> Iterator[list[Point]]:
    """Stretches without gaps, of which only the extremes of every pixel are drawn."""
    line: list[Point] = []
    pixel: list[Point] = []

    def column(point: Point) -> int:
        return int(steps.share(point[0]) * PLOT_WIDTH)

    for step, value in [*points, (0.0, math.nan)]:
        gap = not abs(value) <= LARGEST
        if pixel and (gap or column((step, value)) != column(pixel[0])):
            low = min(pixel, key=lambda point: point[1])
            high = max(pixel, key=lambda point: point[1])
            line += sorted({pixel[0], low, high, pixel[-1]})
            pixel = []
        if not gap:
            pixel.append((step, value))
        elif line:
            yield line
            line = []
