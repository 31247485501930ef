"""Curves of what training reports, live."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from torch_lib.events import Metric
from workbench.app.dialogs import AskPath, Choice
from workbench.app.files import write_atomically
from workbench.app.panels.base import Panel
from workbench.app.panels.curve_actions import CurveActions
from workbench.app.panels.curve_export import exported
from workbench.app.panels.curve_legend import MOST_LINES, legend
from workbench.app.panels.curve_view import CurveView
from workbench.app.panels.loss_keys import LOSS_KEYS
from workbench.app.panels.numerals import short_number
from workbench.app.panels.pick import Pick
from workbench.app.panels.run_list import run_line
from workbench.app.panels.runs import KeptRun, Run, RunStore, kept_run, titled
from workbench.runtime.protocol import EvaluationStarted, SessionRestarted

RATE_SECONDS = 3.0
SHOWN_RUNS = 8
CURVE_ACTIONS = ("toggle_logarithmic", "next_metric", "toggle_cursor")
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


class LossPanel(CurveActions, Panel[Happening]):
    """Every metric of a training run, newest step last, over those of earlier runs.

    An evaluation that trains starts new curves. Evaluations of one step each, as typed by hand,
    continue the curves.
    """

    title = "Curves"
    empty = (
        "No training has run yet.\n\nEvery (torch_backward loss) adds a point;\n"
        "F5 runs the file in the editor,\no shows an earlier run."
    )
    accepts = (Metric, EvaluationStarted, SessionRestarted)
    BINDINGS: ClassVar[list[BindingType]] = [*LOSS_KEYS]
    DEFAULT_CSS = """
    LossPanel > #loss-summary { height: auto; max-height: 6; padding: 0 1; }
    """

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        calendar: Callable[[], datetime] = datetime.now,
    ) -> None:
        super().__init__()
        self.pace = Pace(clock)
        self.calendar = calendar
        self.store: RunStore | None = None
        self.expected_runs: tuple[str, ...] = ()
        self.training: Run | None = None
        self.source = EvaluationStarted(0, "", "")
        self.evaluation_begun = False
        self.evaluation_counts: dict[str, int] = {}

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
        for kind, group in groupby(events, key=type):
            if kind is Metric:
                self.extend([event for event in group if isinstance(event, Metric)])
                continue
            self.evaluation_begun = True
            for event in group:
                if isinstance(event, EvaluationStarted):
                    self.source = event
        self.summarise()

    def extend(self, metrics: Sequence[Metric]) -> None:
        """Append metrics of one evaluation."""
        run = self.run_for_evaluation()
        counts = self.evaluation_counts
        points: dict[str, list[tuple[float, float]]] = {}
        for metric in metrics:
            run.append(metric.name, metric.value, metric.step, self.view.numbers)
            place = (run.series[metric.name].last_step, metric.value)
            points.setdefault(metric.name, []).append(place)
        for name, placed in points.items():
            counts[name] = counts.get(name, 0) + len(placed)
            self.keep(run, name, placed)
        self.view.announce()
        self.pace.note(run.steps)
        self.filled = True

    def run_for_evaluation(self) -> Run:
        """The run that metrics belong to now: a new one when another evaluation trains."""
        trained = max(self.evaluation_counts.values(), default=0) > 1
        if self.training is None or (self.evaluation_begun and trained):
            self.training = Run(titled(self.source), self.calendar())
            if self.store is not None:
                self.store.begin(self.training)
            self.pace.restart()
            self.view.start_run(self.training)
            del self.view.runs[:-SHOWN_RUNS]
        if self.evaluation_begun:
            self.evaluation_begun = False
            self.evaluation_counts = {}
        return self.training

    def keep(self, run: Run, name: str, points: Sequence[tuple[float, float]]) -> None:
        """Write points to disk, those with steps that follow each other on one line."""
        if self.store is None:
            return
        numbered = enumerate(points)
        for _, group in groupby(numbered, key=lambda entry: entry[1][0] - entry[0]):
            stretch = [point for _, point in group]
            self.store.append(run, name, stretch[0][0], [value for _, value in stretch])

    def summarise(self) -> None:
        """Write the legend, the steps, the pace and what is switched on."""
        view = self.view
        if not view.runs:
            return
        width = max(8, self.size.width - 2)
        facts = Content.styled(" · ".join(self.facts()), "$foreground 60%")
        lines = [*legend(view, min(MOST_LINES, max(1, self.size.height // 4))), facts]
        summary = Content("\n").join([line.truncate(width, ellipsis=True) for line in lines])
        shown = self.query_one("#loss-summary", Static)
        shown.update(summary, layout=shown.size.height != len(lines))

    def facts(self) -> list[str]:
        """What holds for the whole picture."""
        view = self.view
        run = view.run
        facts = []
        if view.cursor is not None:
            facts.append(f"at step {view.cursor:.0f}")
        elif run is not None:
            facts.append(f"step {run.steps}")
            if self.pace.rate is not None and run is self.training:
                facts.append(f"{short_number(self.pace.rate, 3)} steps/s")
            facts += ["its file is full"] * run.overfull
        facts += ["log"] * view.is_logarithmic
        facts += ["smooth"] * view.smoothed
        if view.span is not None:
            low, high = view.window()
            facts.append(f"steps {low:.0f} to {high:.0f}")
        if view.extremes_until is not None and (view.span, view.cursor) != (None, None):
            facts.append(f"before step {view.extremes_until:.0f} only extremes")
        if view.band is not None:
            bounds = (10**end if view.is_logarithmic else end for end in view.band)
            low_text, high_text = (short_number(bound, 3) for bound in bounds)
            facts.append(f"values {low_text} to {high_text}")
        if not view.earlier and len(view.runs) > 1:
            facts.append(f"{len(view.runs) - 1} earlier hidden")
        return facts

    def on_resize(self) -> None:
        """Fit the summary to the width."""
        self.summarise()

    @on(CurveView.Looked)
    def look(self, message: CurveView.Looked) -> None:
        """Say what is in view."""
        message.stop()
        self.summarise()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key makes sense: without curves only an earlier run can be shown."""
        if action in CURVE_ACTIONS:
            return self.filled
        return super().check_action(action, parameters)

    def action_toggle_logarithmic(self) -> None:
        """Switch between a logarithmic and a linear axis, if a value fits the former."""
        view = self.view
        if not view.logarithmic and not view.can_be_logarithmic:
            self.notify("No value is positive: there is nothing for a logarithmic axis.")
            return
        view.logarithmic = not view.logarithmic
        view.band = None
        self.summarise()

    def action_toggle_smoothed(self) -> None:
        """Show or hide the running average."""
        self.view.smoothed = not self.view.smoothed
        self.summarise()

    def action_toggle_earlier(self) -> None:
        """Show or hide the curves of earlier runs."""
        self.view.earlier = not self.view.earlier
        self.summarise()

    @work(exclusive=True, group="runs")
    async def action_open_run(self) -> None:
        """Choose a run on disk and show it, or take it from the picture."""
        store = self.store
        kept = [] if store is None else await self.run_worker(store.kept, thread=True).wait()
        if store is None or not kept:
            self.notify("No run has been kept yet.")
            return
        shown = frozenset(run.path for run in self.view.runs if run.path is not None)
        lines = [run_line(run, shown) for run in kept]
        deed = "show, or take away what is shown"
        place = await self.app.push_screen_wait(Pick("Runs", lines, deed))
        if place is None:
            return
        chosen = kept[place]
        if chosen.path in shown:
            self.take_away(chosen.path)
        else:
            await self.show_kept(store, chosen)

    async def show_kept(self, store: RunStore, chosen: KeptRun) -> None:
        """Read a run on another thread and show it behind the newest one."""
        numbers = self.view.numbers

        def load() -> Run | OSError:
            try:
                return store.load(chosen, numbers)
            except OSError as error:
                return error

        run = await self.run_worker(load, thread=True).wait()
        if isinstance(run, OSError):
            self.notify(f"{chosen.path}: {run.strerror}", severity="error", markup=False)
            return
        view = self.view
        view.runs.insert(len(view.runs) - (view.run is self.training is not None), run)
        self.filled = True
        view.earlier = True
        view.refresh()
        self.summarise()

    @property
    def shown_runs(self) -> tuple[str, ...]:
        """The files of the runs that are shown; those to be shown again until they are."""
        if self.expected_runs:
            return self.expected_runs
        return tuple(str(run.path) for run in self.view.runs if run.path is not None)

    @work(exclusive=True, group="runs")
    async def show_again(self, files: tuple[str, ...]) -> None:
        """Show the runs of an earlier session that are still on disk."""
        store = self.store
        self.expected_runs = files
        for file in files if store is not None else ():
            kept = kept_run(Path(file))
            if kept is not None and store is not None:
                await self.show_kept(store, kept)
        self.expected_runs = ()

    def take_away(self, path: Path) -> None:
        """Show a run no longer, unless it is the one that training adds to."""
        view = self.view
        view.runs = [run for run in view.runs if run.path != path or run is self.training]
        view.refresh()
        self.summarise()

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        """Ask for a path and write what is shown there; its ending says in which form."""
        if not self.view.runs:
            self.notify("There are no curves yet.")
            return
        path = await self.app.push_screen_wait(AskPath("Export as .csv, .svg or .txt"))
        if path is None or not await self.may_replace(path):
            return
        until = self.view.extremes_until
        try:
            text = exported(self.view, path)
        except ValueError as error:
            self.notify(f"{path}: {error}", severity="error", markup=False)
            return

        def write() -> OSError | None:
            try:
                write_atomically(path, text())
            except OSError as error:
                return error
            return None

        failure = await self.run_worker(write, thread=True).wait()
        if failure is None:
            told = f"Written to {path}."
            if path.suffix.lower() == ".csv" and until is not None:
                told += f" Before step {until:.0f} it has only the extremes of stretches."
            self.notify(told, markup=False)
        else:
            self.notify(f"{path}: {failure.strerror}", severity="error", markup=False)

    async def may_replace(self, path: Path) -> bool:
        """Whether there is no such file, or its end is agreed to."""
        if not path.exists():
            return True
        answers = [("replace", "Replace"), ("cancel", "Cancel")]
        question = Choice("Replace", f"{path} exists already.", answers)
        return await self.app.push_screen_wait(question) == "replace"
