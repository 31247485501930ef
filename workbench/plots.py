"""What a program measures, as pictures and tables: a curve in SVG and CSV for each metric."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from torch_lib.atomic_files import replacing
from torch_lib.events import Event, Metric
from workbench.round_numbers import ticks

__all__ = ["Plots"]

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 90, 20, 40, 40
MARKS = 6
INK, AXIS, CURVE = "#333333", "#bbbbbb", "#0072b2"
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
            picture = _svg(name, list(zip(steps, values, strict=True)))
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


def _svg(name: str, points: list[Point]) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' font-family="sans-serif" font-size="13" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="16">{escape(_printable(name))}</text>',
    ]
    finite = [(step, value) for step, value in points if abs(value) <= LARGEST]
    if finite:
        steps = _range(step for step, _ in finite)
        values = _range(value for _, value in finite)
        parts += _axes(steps, values)
        for line in _lines(points, steps):
            places = " ".join(
                f"{_across(step, steps):.1f},{_down(value, values):.1f}" for step, value in line
            )
            parts.append(
                f'<polyline points="{places}" fill="none" stroke="{CURVE}" stroke-width="1.5"'
                ' stroke-linecap="round" stroke-linejoin="round"/>'
            )
    else:
        parts.append(f'<text x="{LEFT}" y="{HEIGHT // 2}">no finite values</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _range(numbers: Iterable[float]) -> tuple[float, float]:
    """The least and the greatest number, apart even where there is only one."""
    ordered = sorted(numbers)
    low, high = ordered[0], ordered[-1]
    margin = 0.0 if high - low > 1e-12 * max(abs(low), abs(high)) else abs(high) * 0.05 or 1.0
    return low - margin, high + margin


def _across(step: float, steps: tuple[float, float]) -> float:
    return LEFT + (step - steps[0]) / (steps[1] - steps[0]) * (WIDTH - LEFT - RIGHT)


def _down(value: float, values: tuple[float, float]) -> float:
    return HEIGHT - BOTTOM - (value - values[0]) / (values[1] - values[0]) * (HEIGHT - TOP - BOTTOM)


def _lines(points: list[Point], steps: tuple[float, float]) -> Iterator[list[Point]]:
    """Stretches without gaps, of which only the extremes of every pixel are drawn."""
    line: list[Point] = []
    pixel: list[Point] = []
    for step, value in [*points, (0.0, math.nan)]:
        gap = not abs(value) <= LARGEST
        if pixel and (gap or int(_across(step, steps)) != int(_across(pixel[0][0], steps))):
            low = min(pixel, key=lambda point: point[1])
            high = max(pixel, key=lambda point: point[1])
            line += sorted({pixel[0], low, high, pixel[-1]})
            pixel = []
        if not gap:
            pixel.append((step, value))
        elif line:
            yield line if len(line) > 1 else line * 2
            line = []


def _axes(steps: tuple[float, float], values: tuple[float, float]) -> Iterator[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value in ticks(*values, MARKS):
        y = _down(value, values)
        yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{AXIS}" stroke-width="0.5"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.6g}</text>'
    for step in ticks(*steps, MARKS):
        x = _across(step, steps)
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{step:.6g}</text>'
    yield f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="{INK}"/>'
