"""Curves in a widget: one braille dot column for every half cell, axes with round numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment, Segments
from rich.style import Style
from textual.color import Color
from textual.reactive import reactive
from textual.widget import Widget

from workbench.app.panels.braille import Canvas
from workbench.app.panels.curves import Point, Series
from workbench.app.panels.numerals import short_number

SERIES_COLOURS = ("primary", "warning", "success", "accent", "secondary", "error")
MINIMUM_WIDTH, MINIMUM_HEIGHT = 16, 5
FRAME_SECONDS = 1 / 8
FLAT, SMALLEST = 1e-12, 1e-280
Run = dict[str, Series]


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
    labels = (short_number(10**tick if logarithmic else tick, 3) for tick in at)
    return Axis(low, high, tuple(zip(marks, labels, strict=True)))


def step_axis(steps: Sequence[float], count: int) -> Axis:
    """The horizontal axis: whole steps."""
    low = min(steps)
    high = max(*steps, low + 1)
    at = [tick for tick in ticks(low, high, count) if tick == int(tick)]
    return Axis(low, high, tuple(((tick - low) / (high - low), str(int(tick))) for tick in at))


class CurveView(Widget, can_focus=True):
    """The curves of a run, over the dimmed curves of the run before."""

    DEFAULT_CSS = """
    CurveView { height: 1fr; padding-right: 1; }
    """

    logarithmic = reactive(False)
    smoothed = reactive(False)

    def __init__(self) -> None:
        super().__init__()
        self.run: Run = {}
        self.earlier: Run = {}
        self.hidden: frozenset[str] = frozenset()
        self.frame_due = False

    def extend(self, name: str, values: Sequence[float]) -> None:
        """Append to the curve ``name``; the picture follows at most eight times a second."""
        self.run.setdefault(name, Series()).extend(values)
        if not self.frame_due:
            self.frame_due = True
            self.set_timer(FRAME_SECONDS, self.draw_frame)

    def draw_frame(self) -> None:
        """Show what came since the last frame."""
        self.frame_due = False
        self.refresh()

    def start_run(self) -> None:
        """Begin new curves; those there are become the earlier run."""
        self.earlier, self.run = self.run, {}
        self.refresh()

    def colour(self, name: str) -> Color:
        """The colour of a curve, from the theme: by order of first appearance."""
        names = list(dict.fromkeys([*self.run, *self.earlier]))
        position = names.index(name) if name in names else 0
        variables = self.app.theme_variables
        fallback = variables[SERIES_COLOURS[position % len(SERIES_COLOURS)]]
        return Color.parse(
            variables.get(f"plot-series{position % len(SERIES_COLOURS) + 1}", fallback)
        )

    def curves(self) -> list[tuple[list[Point], Color]]:
        """Lines in the order of drawing, their values as logarithms on a logarithmic axis."""
        floor = 0.0 if self.logarithmic else -math.inf
        columns = self.size.width
        background = self.background_colors[1]
        lines: list[tuple[list[Point], Color]] = []
        for run, strength in ((self.earlier, 0.35), (self.run, 1.0)):
            for name, series in run.items():
                if name in self.hidden:
                    continue
                colour = background.blend(self.colour(name), strength)
                if self.smoothed and run is self.run:
                    faint = background.blend(colour, 0.4)
                    raw = series.segments(columns, smoothed=False, floor=floor)
                    lines += [(line, faint) for line in raw]
                best = series.segments(columns, smoothed=self.smoothed, floor=floor)
                lines += [(line, colour) for line in best]
        if not self.logarithmic:
            return lines
        return [([(step, math.log10(value)) for step, value in line], c) for line, c in lines]

    def render(self) -> Segments:
        """The picture, or nothing where there is no room or nothing finite to draw."""
        width, height = self.size
        lines = self.curves() if width >= MINIMUM_WIDTH and height >= MINIMUM_HEIGHT else []
        if not lines:
            return Segments([])
        rows = height - 2
        points = [point for line, _ in lines for point in line]
        values = value_axis(
            [value for _, value in points],
            max(1, min(6, rows // 3)),
            logarithmic=self.logarithmic,
        )
        steps = step_axis([step for step, _ in points], max(1, min(6, width // 14)))
        margin = max((len(label) for _, label in values.marks), default=0)
        canvas = Canvas(max(1, width - margin - 1), rows)
        palette: dict[Color, int] = {}
        for line, colour in lines:
            number = palette.setdefault(colour, len(palette) + 1)
            placed = [(steps.place(step), values.place(value)) for step, value in line]
            for start, end in zip(placed, placed[1:] or placed, strict=False):
                canvas.line(start, end, number)
        return Segments(self.lay_out(canvas, margin, values, steps, list(palette)))

    def lay_out(
        self, canvas: Canvas, margin: int, values: Axis, steps: Axis, palette: Sequence[Color]
    ) -> list[Segment]:
        """The canvas between its axes."""
        foreground = Color.parse(self.app.theme_variables["foreground"])
        muted = self.background_colors[1].blend(foreground, 0.6, alpha=1)
        axis = Style(color=muted.rich_color)
        styles = [Style(), *(Style(color=colour.rich_color) for colour in palette)]
        labels = {round((1 - place) * (canvas.height - 1)): label for place, label in values.marks}
        laid: list[Segment] = []
        for row in range(canvas.height):
            mark = "┤" if row in labels else "│"
            laid.append(Segment(labels.get(row, "").rjust(margin) + mark, axis))
            laid += [Segment(text, styles[colour]) for text, colour in canvas.runs(row)]
            laid.append(Segment.line())
        rule = ["─"] * canvas.width
        captions = [" "] * (margin + 1 + canvas.width)
        free = 0
        for place, label in steps.marks:
            column = round(place * (canvas.width - 1))
            start = min(margin + 1 + column - len(label) // 2, len(captions) - len(label))
            if start >= free:
                rule[column] = "┬"
                captions[start : start + len(label)] = label
                free = start + len(label) + 1
        laid.append(Segment(" " * margin + "└" + "".join(rule), axis))
        laid.append(Segment.line())
        laid.append(Segment("".join(captions), axis))
        return laid
