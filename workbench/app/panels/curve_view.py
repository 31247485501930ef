"""Curves in a widget: plotext draws, this module hands it only what it can draw.

Plotext fails on infinities and on logarithms of numbers below zero, and its cost grows with the
number of points. So the view splits curves at gaps, takes logarithms itself, labels the axes
itself, and draws at most two points per column.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text
from textual.color import Color
from textual.reactive import reactive
from textual.widget import Widget
from textual_plotext import Plot

from workbench.app.panels.curves import Series
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


class CurveView(Widget, can_focus=True):
    """The curves of a run, over the dimmed curves of the run before."""

    DEFAULT_CSS = """
    CurveView { height: 1fr; }
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

    def render(self) -> Text:
        """The picture, or nothing where there is no room or nothing finite to draw."""
        width, height = self.size
        if width < MINIMUM_WIDTH or height < MINIMUM_HEIGHT:
            return Text("")
        floor = 0.0 if self.logarithmic else -math.inf
        lines: list[tuple[list[tuple[float, float]], Color]] = []
        background = self.background_colors[1]
        for run, strength in ((self.earlier, 0.35), (self.run, 1.0)):
            for name, series in run.items():
                if name in self.hidden:
                    continue
                colour = background.blend(self.colour(name), strength)
                segments = series.segments(width, smoothed=False, floor=floor)
                if self.smoothed and run is self.run:
                    faint = background.blend(colour, 0.4)
                    lines += [(segment, faint) for segment in segments]
                    segments = series.segments(width, smoothed=True, floor=floor)
                elif self.smoothed:
                    segments = series.segments(width, smoothed=True, floor=floor)
                lines += [(segment, colour) for segment in segments]
        if not lines:
            return Text("")
        if self.logarithmic:
            lines = [
                ([(step, math.log10(value)) for step, value in segment], colour)
                for segment, colour in lines
            ]
        return self.picture(lines, width, height, background)

    def picture(
        self,
        lines: list[tuple[list[tuple[float, float]], Color]],
        width: int,
        height: int,
        background: Color,
    ) -> Text:
        """Let plotext draw finite lines with axes of our own."""
        plot = Plot()
        plot.plotsize(width, height)
        plot._set_size(width, height)  # plotsize alone keeps the first size it was given
        values = [value for segment, _ in lines for _, value in segment]
        steps = [step for segment, _ in lines for step, _ in segment]
        low, high = min(values), max(values)
        if high - low <= max(FLAT * max(abs(low), abs(high)), SMALLEST):
            margin = max(abs(high) * 0.05, SMALLEST) if high else 1.0
            low, high = low - margin, high + margin
        span = high - low
        first, last = min(steps), max(max(steps), min(steps) + 1)
        plot.ylim(0, 1)
        plot.xlim(first, last)
        count = max(1, min(6, (height - 2) // 3))
        rows = (decade_ticks if self.logarithmic else ticks)(low, high, count)
        marks = [short_number(10**row if self.logarithmic else row, 3) for row in rows]
        plot.yticks([(row - low) / span for row in rows], marks)
        columns = [step for step in ticks(first, last, max(1, min(6, width // 14))) if step >= 1]
        plot.xticks(columns, [short_number(step) for step in columns])
        for segment, colour in lines:
            draw = plot.plot if len(segment) > 1 else plot.scatter
            draw(
                [step for step, _ in segment],
                [(value - low) / span for _, value in segment],
                marker="braille",
                color=colour.rgb,
            )
        plot.canvas_color(background.rgb)
        plot.axes_color(background.rgb)
        foreground = Color.parse(self.app.theme_variables["foreground"])
        plot.ticks_color(background.blend(foreground, 0.6).rgb)
        plot.frame(False)
        plot.yaxes(True, False)
        plot.xaxes(True, False)
        return Text.from_ansi(plot.build())
