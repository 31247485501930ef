"""Curves of what training reports, live."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import groupby
from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from torch_lib.events import Metric
from workbench.app.panels.base import Panel
from workbench.app.panels.curve_view import CurveView
from workbench.app.panels.numerals import short_number
from workbench.runtime.protocol import EvaluationStarted, SessionRestarted

RATE_SECONDS = 3.0
Happening = Metric | EvaluationStarted | SessionRestarted


class Pace:
    """Steps per second over the last moments."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.samples: deque[tuple[float, int]] = deque()

    def restart(self) -> None:
        """Forget what was: another run begins."""
        self.samples.clear()

    def note(self, steps: int) -> None:
        """Take down how far training is."""
        now = self.clock()
        self.samples.append((now, steps))
        while len(self.samples) > 2 and self.samples[1][0] < now - RATE_SECONDS:
            self.samples.popleft()

    @property
    def rate(self) -> float | None:
        """Steps per second, ``None`` while too little is known."""
        if len(self.samples) < 2:
            return None
        (start, before), (end, after) = self.samples[0], self.samples[-1]
        return (after - before) / (end - start) if end > start else None


class LossPanel(Panel[Happening]):
    """The ``loss`` and every other metric of a training run, newest step last.

    An evaluation that trains starts new curves and leaves the earlier ones dimmed behind them.
    Evaluations of one step each, as typed by hand, continue the curves.
    """

    title = "Loss"
    empty = (
        "No training has run yet.\n\nEvery (torch_backward loss) adds a point;\n"
        "F5 runs the file in the editor."
    )
    accepts = (Metric, EvaluationStarted, SessionRestarted)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "l",
            "toggle_logarithmic",
            "Log axis",
            id="loss.logarithmic",
            tooltip="Logarithmic or linear vertical axis",
        ),
        Binding(
            "s",
            "toggle_smoothed",
            "Smooth",
            id="loss.smoothed",
            tooltip="Running average over the raw curve",
        ),
        Binding(
            "m",
            "next_metric",
            "Metric",
            id="loss.metric",
            tooltip="All metrics, or one after the other",
        ),
    ]
    DEFAULT_CSS = """
    LossPanel > #loss-summary { height: 2; padding: 0 1; }
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self.pace = Pace(clock)
        self.evaluation_begun = False
        self.evaluation_counts: dict[str, int] = {}
        self.only: str | None = None

    def contents(self) -> ComposeResult:
        """A summary above the curves."""
        yield Static(id="loss-summary", markup=False)
        yield CurveView()

    @property
    def view(self) -> CurveView:
        """The curves."""
        return self.query_one(CurveView)

    def receive(self, events: Sequence[Happening]) -> None:
        """Extend the curves; a new training run starts new ones."""
        for kind, group in groupby(events, key=lambda event: type(event)):
            if kind is Metric:
                self.extend([event for event in group if isinstance(event, Metric)])
            else:
                self.evaluation_begun = True
        self.summarise()

    def extend(self, metrics: Sequence[Metric]) -> None:
        """Append metrics of one evaluation."""
        if self.evaluation_begun:
            if max(self.evaluation_counts.values(), default=0) > 1:
                self.view.start_run()
                self.pace.restart()
            self.evaluation_begun = False
            self.evaluation_counts = {}
        by_name: dict[str, list[float]] = {}
        for metric in metrics:
            by_name.setdefault(metric.name, []).append(metric.value)
        for name, values in by_name.items():
            self.view.extend(name, values)
            self.evaluation_counts[name] = self.evaluation_counts.get(name, 0) + len(values)
        self.pace.note(max(series.count for series in self.view.run.values()))
        self.filled = True

    def summarise(self) -> None:
        """Write the last values, the steps, the pace and what is switched on."""
        view = self.view
        if not view.run:
            return
        legend = [
            Content.assemble(
                ("━ ", view.colour(name).hex),
                (name, "$foreground 45%" if name in view.hidden else "$foreground"),
                " ",
                (short_number(series.last), "bold"),
            )
            for name, series in view.run.items()
        ]
        steps = max(series.count for series in view.run.values())
        facts = [f"step {steps}"]
        if self.pace.rate is not None:
            facts.append(f"{short_number(self.pace.rate, 3)} steps/s")
        facts += ["log"] * view.logarithmic + ["smooth"] * view.smoothed
        gaps = sum(series.gaps for series in view.run.values())
        if gaps:
            facts.append(f"{gaps} not finite")
        details = Content.styled(" · ".join(facts), "$foreground 60%")
        lines = [Content("  ").join(legend), details]
        width = max(8, self.size.width - 2)
        fitting = [line.truncate(width, ellipsis=True) for line in lines]
        summary = Content("\n").join(fitting)
        self.query_one("#loss-summary", Static).update(summary, layout=False)

    def on_resize(self) -> None:
        """Fit the summary to the width."""
        self.summarise()

    def action_toggle_logarithmic(self) -> None:
        """Switch between a logarithmic and a linear axis."""
        self.view.logarithmic = not self.view.logarithmic
        self.summarise()

    def action_toggle_smoothed(self) -> None:
        """Show or hide the running average."""
        self.view.smoothed = not self.view.smoothed
        self.summarise()

    def action_next_metric(self) -> None:
        """Show all metrics, then each alone."""
        names = [None, *self.view.run]
        position = names.index(self.only) if self.only in names else 0
        self.only = names[(position + 1) % len(names)]
        others = {name for name in self.view.run if name != self.only}
        self.view.hidden = frozenset(others if self.only else ())
        self.view.refresh()
        self.summarise()
