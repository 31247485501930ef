"""Load and memory of every device since the start, as curves over the time of day."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from time import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from workbench.app.drawable import single_line
from workbench.app.panels.axes import Axis, clock_time, time_axis
from workbench.app.panels.curve_legend import entry
from workbench.app.panels.curve_view import CurveView
from workbench.app.panels.numerals import duration
from workbench.app.panels.runs import Run
from workbench.app.panels.tensor_text import flowed
from workbench.runtime.protocol import DeviceReading


class PercentView(CurveView):
    """Percentages over time."""

    limits: ClassVar[tuple[float, ...]] = (0.0, 100.0)

    def across(self, low: float, high: float, count: int) -> Axis:
        """Times of the day."""
        return time_axis(low, high, count)

    def zoom(self, factor: float, around: float | None = None) -> None:
        """As with any curves; but as long as the newest is in view, it stays there."""
        if around is None and self.cursor is None and self.right is None:
            around = self.window()[1]
        super().zoom(factor, around)


class DeviceHistory(Vertical):
    """The curves under their legend.

    Args:
        clock: Gives the seconds since the epoch.
    """

    DEFAULT_CSS = """
    DeviceHistory {
        height: 1fr;
        & > Static { height: auto; max-height: 6; padding: 0 1; }
    }
    """

    def __init__(self, clock: Callable[[], float] = time) -> None:
        super().__init__()
        self.clock = clock
        self.run = Run("", datetime.fromtimestamp(clock()))

    def compose(self) -> ComposeResult:
        """The legend, then the curves."""
        yield Static(markup=False)
        yield PercentView()

    def on_mount(self) -> None:
        """Draw the one run that there is."""
        self.view.start_run(self.run)

    @property
    def view(self) -> PercentView:
        """The curves."""
        return self.query_one(PercentView)

    def keep(self, readings: Sequence[DeviceReading], shares: Sequence[float]) -> None:
        """Remember what devices do now.

        Args:
            readings: The devices.
            shares: How much of its memory each uses, in percent; NaN where that is unknown.
        """
        now = self.clock()
        for reading, share in zip(readings, shares, strict=True):
            name = single_line(reading.name.upper())
            load = math.nan if reading.utilisation is None else reading.utilisation
            for kind, percent in (("%", load), ("memory %", share)):
                if math.isfinite(percent) or f"{name} {kind}" in self.run.series:
                    self.run.append(f"{name} {kind}", percent, now, self.view.numbers)

    def tell(self) -> None:
        """Write the legend for what is in view, and draw."""
        view = self.view
        self.view.announce()
        pieces = [entry(view, curve) for curve in view.curves()]
        low, high = view.window()
        if view.cursor is not None:
            when = f"at {clock_time(view.cursor)}"
        elif view.span is None:
            when = f"the last {duration(high - low)}"
        else:
            when = f"{clock_time(low)} to {clock_time(high)}"
        pieces.append(Content.styled(when, "$foreground 60%"))
        self.query_one(Static).update(flowed(pieces, max(1, self.size.width - 2)))

    def on_resize(self) -> None:
        """Fit the legend to the width."""
        self.tell()
