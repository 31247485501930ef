"""Curves in a widget: one braille dot column for every half cell, axes with round numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import ClassVar

from rich.segment import Segment, Segments
from rich.style import Style
from textual import events
from textual.color import Color
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from workbench.app.panels.axes import SMALLEST, Axis, step_axis, value_axis
from workbench.app.panels.braille import Canvas
from workbench.app.panels.curves import Point, Series, between_values
from workbench.app.panels.runs import Run

SERIES_COLOURS = ("primary", "warning", "success", "accent", "secondary", "error")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MINIMUM_WIDTH, MINIMUM_HEIGHT = 16, 5
FRAME_SECONDS = 1 / 8
EARLIER_STRENGTH, RAW_STRENGTH = 0.65, 0.4
ZOOM, WHEEL_ZOOM, PAN, WHEEL_PAN = 2.0, 1.25, 0.25, 0.1
NARROWEST = 4.0  # steps in view at the least
NARROWEST_SHARE = 1e-6  # of the values
NOTHING_FINITE = "\n No value in view can be drawn."


def letter(number: int) -> str:
    """The sign of a curve, beside its colour."""
    return LETTERS[number % len(LETTERS)]


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve that is shown: whose run it is, what it is called, its points."""

    run: Run
    name: str
    series: Series


@dataclass(frozen=True, slots=True)
class Picture:
    """The lines in view, each of a curve and perhaps faint, and the axes that hold them."""

    lines: tuple[tuple[Curve, bool, list[Point]], ...]
    values: Axis
    steps: Axis
    logarithmic: bool


class CurveView(Widget, can_focus=True):
    """The curves of a run over the dimmed curves of earlier ones."""

    DEFAULT_CSS = """
    CurveView { height: 1fr; padding-right: 1; }
    """

    logarithmic = reactive(False)
    smoothed = reactive(False)
    earlier = reactive(True)
    only: reactive[str | None] = reactive(None)
    span: reactive[float | None] = reactive(None)
    right: reactive[float | None] = reactive(None)
    cursor: reactive[float | None] = reactive(None)
    band: reactive[tuple[float, float] | None] = reactive(None)
    """The values in view, or their logarithms; by default those of what is drawn."""

    limits: ClassVar[tuple[float, ...]] = ()
    """Values that the vertical axis always holds."""

    class Looked(Message):
        """Something else is in view, or at the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Run] = []
        self.numbers = count()
        self.frame_due = False
        self.margin = 0
        self.values = 0.0, 1.0
        self.whole_values = 0.0, 1.0

    @property
    def run(self) -> Run | None:
        """The newest run."""
        return self.runs[-1] if self.runs else None

    def announce(self) -> None:
        """The picture follows what comes at most eight times a second."""
        if not self.frame_due:
            self.frame_due = True
            self.set_timer(FRAME_SECONDS, self.draw_frame)

    def draw_frame(self) -> None:
        """Show what came since the last frame."""
        self.frame_due = False
        self.refresh()

    def start_run(self, run: Run) -> None:
        """Begin new curves over those that are there."""
        self.runs.append(run)
        self.refresh()

    @property
    def names(self) -> list[str]:
        """The metrics of all runs, by first appearance in the newest."""
        names = [name for run in reversed(self.runs) for name in run.series]
        return list(dict.fromkeys(names))

    def curves(self) -> list[Curve]:
        """The curves that are shown, in the order of drawing."""
        runs = self.runs if self.earlier else self.runs[-1:]
        return [
            Curve(run, name, series)
            for run in runs
            for name, series in run.series.items()
            if self.only in (None, name) and series.count
        ]

    def colour(self, curve: Curve) -> Color:
        """The colour of a curve, from the theme; curves of earlier runs are dimmer."""
        position = curve.series.number % len(SERIES_COLOURS)
        variables = self.app.theme_variables
        fallback = variables[SERIES_COLOURS[position]]
        colour = Color.parse(variables.get(f"plot-series{position + 1}", fallback))
        if curve.run is self.run:
            return colour
        return self.background_colors[1].blend(colour, EARLIER_STRENGTH)

    @property
    def can_be_logarithmic(self) -> bool:
        """Whether a value that is shown is positive."""
        return any(curve.series.positive for curve in self.curves())

    @property
    def is_logarithmic(self) -> bool:
        """Whether the axis of the values is logarithmic."""
        return self.logarithmic and self.can_be_logarithmic

    def extent(self) -> tuple[float, float]:
        """The first and the last step of what is shown."""
        series = [curve.series for curve in self.curves()]
        if not series:
            return 0.0, 1.0
        first = min(one.first_step for one in series)
        return first, max(first + 1, *(one.last_step for one in series))

    def window(self) -> tuple[float, float]:
        """The first and the last step in view."""
        first, last = self.extent()
        if self.span is None or self.span >= last - first:
            return first, last
        right = last if self.right is None else min(last, max(self.right, first + self.span))
        return right - self.span, right

    @property
    def extremes_until(self) -> float | None:
        """Up to this step what is in view are extremes of stretches; None where all is single."""
        starts = [curve.series.raw.single_from for curve in self.curves()]
        known = [start for start in starts if start is not None and start > self.window()[0]]
        return max(known, default=None)

    def look_at(self, low: float, high: float) -> None:
        """Bring a range of steps into view; one that ends at the last step follows the curves."""
        first, last = self.extent()
        span = high - low
        whole = span >= last - first
        self.span = None if whole else span
        self.right = None if whole or high >= last else max(high, first + span)
        self.post_message(self.Looked())

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Show a range ``factor`` times as narrow, by default around the cursor or the middle."""
        low, high = self.window()
        if around is None:
            around = (low + high) / 2 if self.cursor is None else self.cursor
        span = max(NARROWEST, (high - low) / factor)
        share = min(1.0, max(0.0, (around - low) / (high - low)))
        start = around - share * span
        self.look_at(start, start + span)

    def pan(self, share: float) -> None:
        """Go to earlier or later steps by a share of what is in view."""
        low, high = self.window()
        first, last = self.extent()
        by = min(last - high, max(first - low, share * (high - low)))
        self.look_at(low + by, high + by)

    def zoom_values(self, factor: float, around: float = 0.5) -> None:
        """Show a range of values ``factor`` times as narrow around a share of the height."""
        low, high = self.values
        pivot = low + around * (high - low)
        self.look_at_values(pivot + (low - pivot) / factor, pivot + (high - pivot) / factor)

    def pan_values(self, share: float) -> None:
        """Go to higher or lower values by a share of what is in view."""
        if self.band is not None:
            low, high = self.values
            bottom, top = self.whole_values
            by = min(max(top - high, 0.0), max(min(bottom - low, 0.0), share * (high - low)))
            self.look_at_values(low + by, high + by)

    def look_at_values(self, low: float, high: float) -> None:
        """Bring a range of values into view, or all of them where it holds them all."""
        bottom, top = self.whole_values
        narrowest = max((top - bottom) * NARROWEST_SHARE, SMALLEST)
        if high - low < narrowest:
            return
        self.band = None if low <= bottom and high >= top else (low, high)
        self.values = self.band or self.whole_values
        self.post_message(self.Looked())

    def share_at(self, y: int) -> float:
        """How high a row of the widget stands: 0 at the bottom of the picture, 1 at the top."""
        rows = max(1, self.size.height - 3)
        return min(1.0, max(0.0, 1 - y / rows))

    def move_cursor(self, columns: int) -> None:
        """Move the cursor by columns of the picture; what is in view goes with it."""
        low, high = self.window()
        at = high if self.cursor is None else self.cursor
        first, last = self.extent()
        by = (high - low) / max(1, self.size.width - self.margin - 2)
        at = min(last, max(first, at + columns * max(1.0, by)))
        self.cursor = float(round(at))
        if self.cursor < low or self.cursor > high:
            shift = self.cursor - (low if self.cursor < low else high)
            self.look_at(low + shift, high + shift)
        self.post_message(self.Looked())

    def step_at(self, x: int) -> float:
        """The step that stands at a column of the widget."""
        low, high = self.window()
        wide = max(1, self.size.width - self.margin - 2)
        share = min(1.0, max(0.0, (x - self.margin - 1) / wide))
        return low + share * (high - low)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in where the pointer is, or with shift go to earlier steps.

        On the vertical axis it is the values that are zoomed.
        """
        event.stop()
        if event.shift:
            self.pan(-WHEEL_PAN)
        elif event.x <= self.margin:
            self.zoom_values(WHEEL_ZOOM, self.share_at(event.y))
        else:
            self.zoom(WHEEL_ZOOM, self.step_at(event.x))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out, or with shift go to later steps."""
        event.stop()
        if event.shift:
            self.pan(WHEEL_PAN)
        elif event.x <= self.margin:
            self.zoom_values(1 / WHEEL_ZOOM, self.share_at(event.y))
        else:
            self.zoom(1 / WHEEL_ZOOM, self.step_at(event.x))

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Go to earlier steps."""
        event.stop()
        self.pan(-WHEEL_PAN)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Go to later steps."""
        event.stop()
        self.pan(WHEEL_PAN)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the pointer is."""
        if self.runs:
            self.cursor = float(round(self.step_at(event.x)))
            self.post_message(self.Looked())

    def picture(self, columns: int, ticks: tuple[int, int]) -> Picture | None:
        """The lines in view, at most two points a column, and axes with about so many marks.

        Nothing where there is nothing finite. On a logarithmic axis values are logarithms.
        """
        logarithmic = self.is_logarithmic
        floor = 0.0 if logarithmic else -math.inf
        window = self.window()
        found: list[tuple[Curve, bool, list[Point]]] = []
        for curve in self.curves():
            smoothed = [(False, True), (True, False)] if self.smoothed else [(False, False)]
            for smooth, faint in smoothed:
                if faint and curve.run is not self.run:
                    continue
                lines = curve.series.segments(columns, smoothed=smooth, floor=floor, window=window)
                found += [(curve, faint, line) for line in lines]
        if logarithmic:
            found = [
                (curve, faint, [(step, math.log10(value)) for step, value in line])
                for curve, faint, line in found
            ]
        if not found:
            return None
        values = [*self.limits, *(value for _, _, line in found for _, value in line)]
        across, up = ticks
        axis = value_axis((min(values), max(values)), up, logarithmic=logarithmic)
        self.values = self.whole_values = axis.low, axis.high
        if self.band is not None:
            self.values = self.band
            axis = value_axis(self.band, up, logarithmic=logarithmic)
            found = [
                (curve, faint, part)
                for curve, faint, line in found
                for part in between_values(line, *self.band)
            ]
        return Picture(tuple(found), axis, self.across(*window, across), logarithmic)

    def across(self, low: float, high: float, count: int) -> Axis:
        """The horizontal axis, with about so many marks."""
        return step_axis(low, high, count)

    def ink(self, curve: Curve, faint: bool) -> Color:
        """The colour that a line is drawn in."""
        colour = self.colour(curve)
        return self.background_colors[1].blend(colour, RAW_STRENGTH) if faint else colour

    def render(self) -> Segments:
        """The picture; nothing where there is no room, a sentence where no value can be drawn."""
        width, height = self.size
        if width < MINIMUM_WIDTH or height < MINIMUM_HEIGHT:
            return Segments([])
        rows = height - 2
        ticks = max(1, min(6, width // 14)), max(1, min(6, rows // 3))
        picture = self.picture(width, ticks)
        if picture is None:
            return Segments([Segment(NOTHING_FINITE if self.curves() else "")])
        self.margin = max((len(label) for _, label in picture.values.marks), default=0)
        canvas = Canvas(max(1, width - self.margin - 1), rows)
        palette: dict[Color, int] = {}
        ends: dict[int, tuple[Point, int]] = {}
        for curve, faint, line in picture.lines:
            number = palette.setdefault(self.ink(curve, faint), len(palette) + 1)
            placed = [
                (picture.steps.place(step), picture.values.place(value)) for step, value in line
            ]
            for start, end in zip(placed, placed[1:] or placed, strict=False):
                canvas.line(start, end, number)
            if not faint:
                ends[curve.series.number] = placed[-1], number
        if len(self.curves()) > 1:
            for number, (end, colour) in ends.items():
                canvas.write(end, letter(number), colour)
        return Segments(list(self.lay_out(canvas, picture, list(palette))))

    def lay_out(
        self, canvas: Canvas, picture: Picture, palette: Sequence[Color]
    ) -> Iterator[Segment]:
        """The canvas between its axes."""
        foreground = Color.parse(self.app.theme_variables["foreground"])
        muted = self.background_colors[1].blend(foreground, 0.6, alpha=1)
        axis = Style(color=muted.rich_color)
        styles = [axis, *(Style(color=colour.rich_color) for colour in palette)]
        values, steps = picture.values, picture.steps
        if self.cursor is not None and steps.low <= self.cursor <= steps.high:
            canvas.rule(steps.place(self.cursor))
        labels = {round((1 - place) * (canvas.height - 1)): label for place, label in values.marks}
        for row in range(canvas.height):
            mark = "┤" if row in labels else "│"
            yield Segment(labels.get(row, "").rjust(self.margin) + mark, axis)
            yield from (Segment(text, styles[colour]) for text, colour in canvas.runs(row))
            yield Segment.line()
        rule = ["─"] * canvas.width
        captions = [" "] * (self.margin + 1 + canvas.width)
        free = 0
        for place, label in steps.marks:
            column = round(place * (canvas.width - 1))
            start = min(self.margin + 1 + column - len(label) // 2, len(captions) - len(label))
            if start >= free:
                rule[column] = "┬"
                captions[start : start + len(label)] = label
                free = start + len(label) + 1
        yield Segment(" " * self.margin + "└" + "".join(rule), axis)
        yield Segment.line()
        yield Segment("".join(captions), axis)
