"""The value just computed, or any one chosen; the way to its parts, and what is pinned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Self

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from workbench.app.panels.base import Compare, Define, Inspect, Measure, Panel, Pin, ShowAttention
from workbench.app.panels.entry_list import Entered, LeaveWanted
from workbench.app.panels.inspector_keys import INSPECTOR_KEYS
from workbench.app.panels.tensor_grid import TensorGrid
from workbench.app.panels.tensor_pictures import comparison_rows
from workbench.app.panels.tensor_text import facts, flowed
from workbench.app.panels.trail_line import Subject, TrailLine
from workbench.app.panels.value_stage import ValueStage
from workbench.app.panels.value_text import rank, value_facts
from workbench.runtime.protocol import (
    ATTENTION_KIND,
    GRADIENT,
    ComparisonView,
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    Handle,
    SessionRestarted,
    TensorInspected,
    TensorMeasured,
    TensorView,
    Trail,
    ValueInspected,
    ValuePinned,
    ValuesCompared,
    ValueView,
    VariablesChanged,
    Window,
)

Happening = (
    EvaluationFinished
    | EvaluationFailed
    | EvaluationInterrupted
    | TensorInspected
    | TensorMeasured
    | ValueInspected
    | ValuePinned
    | ValuesCompared
    | VariablesChanged
    | SessionRestarted
)


class Inspector(Panel[Happening]):
    """A value in full: what it is decides how it is shown.

    What is pinned is a second value, kept by the session: the reader goes from one to the other
    and compares them. As long as the pinned one is on show, results don't take its place.
    """

    title = "Inspector"
    empty = (
        "Nothing has been computed yet.\n\nTensors, models and lists appear here when\n"
        "an evaluation gives them, and every\nvariable chosen under Variables."
    )
    accepts = (
        EvaluationFinished,
        EvaluationFailed,
        EvaluationInterrupted,
        TensorInspected,
        TensorMeasured,
        ValueInspected,
        ValuePinned,
        ValuesCompared,
        VariablesChanged,
        SessionRestarted,
    )
    BINDINGS: ClassVar[list[BindingType]] = [*INSPECTOR_KEYS]
    DEFAULT_CSS = """
    Inspector {
        & > #inspector-summary { height: auto; max-height: 5; padding: 0 1; }
        &.-filled > TrailLine { display: none; }
        &.-filled.-trailed > TrailLine { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.subject: Subject | None = None
        self.other: Subject | None = None
        """While the pinned value is on show: the one that ``o`` goes back to."""
        self.pinned: Subject | None = None
        self.way_back: list[Subject] = []
        self.view: TensorView | None = None
        self.value: ValueView | None = None
        self.comparing = False
        self.comparison: ComparisonView | None = None
        self.expecting = False
        self.computed = False
        self.maps: Handle | None = None

    def contents(self) -> ComposeResult:
        """The way to the part, a summary, and the value."""
        yield TrailLine()
        yield Static(id="inspector-summary", markup=False)
        yield ValueStage()

    @property
    def stage(self) -> ValueStage:
        """Where the value is shown."""
        return self.query_one(ValueStage)

    @property
    def grid(self) -> TensorGrid:
        """The elements of a tensor."""
        return self.stage.grid

    @property
    def shows_pinned(self) -> bool:
        """Whether the pinned value, or a part of it, is on show."""
        subject, pinned = self.subject, self.pinned
        return subject is not None and pinned is not None and subject.handle == pinned.handle

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the widget that shows the value."""
        if not self.filled:
            return super().focus(scroll_visible)
        self.stage.staged.focus(scroll_visible)
        return self

    # What is asked for

    def show(self, handle: Handle, name: str) -> None:
        """Ask for a value, and show it once it arrives."""
        self.way_back.clear()
        self.comparing = False
        self.request(Subject(handle, name))

    def enter(self, trail: Trail) -> None:
        """Ask for a part of the value."""
        if self.subject is not None:
            self.way_back.append(self.subject)
            self.comparing = False
            self.request(Subject(self.subject.handle, self.subject.name, trail))

    def request(self, subject: Subject, window: Window | None = None) -> None:
        """Ask for a value in a turn of this widget's own.

        A message made in the turn of a widget above would bubble no further than to that one.
        """
        self.subject = subject
        self.expecting = True
        wanted = window or Window()
        self.call_next(lambda: self.post_message(Inspect(subject.handle, wanted, subject.trail)))
        self.ask_comparison()

    def ask_comparison(self) -> None:
        """Ask how the value differs from the pinned one, if that is on show."""
        subject, pinned = self.subject, self.pinned
        if self.comparing and subject is not None and pinned is not None:
            handle, trail, other = subject.handle, subject.trail, pinned.handle
            self.call_next(lambda: self.post_message(Compare(handle, trail, other)))

    # What is told

    def receive(self, events: Sequence[Happening]) -> None:
        """Show what was computed or asked for."""
        for event in events:
            match event:
                case EvaluationFinished(view=ValueView() as value):
                    self.take_computed(value)
                case TensorInspected(view=view) if self.is_subject(view):
                    self.take_tensor(view)
                case TensorMeasured() if self.is_subject(event):
                    self.take_measured(event)
                case ValueInspected(view=value):
                    self.take_inspected(value)
                case ValuePinned() if self.is_subject(event):
                    self.hold(event)
                case ValuesCompared(view=comparison):
                    self.take_comparison(comparison)
                case VariablesChanged():
                    self.follow(event)
                case SessionRestarted():
                    self.empty_out()
                case _:
                    pass
        if any(isinstance(event, EvaluationFailed | EvaluationInterrupted) for event in events):
            self.stage.ask_again()

    def is_subject(
        self, view: TensorView | ValueView | ComparisonView | ValuePinned | TensorMeasured
    ) -> bool:
        """Whether the view is of what is looked at."""
        subject = self.subject
        return subject is not None and (view.handle, view.trail) == (subject.handle, subject.trail)

    def take_computed(self, value: ValueView) -> None:
        """Show a result, unless what is shown keeps its place."""
        if rank(value) < self.rank:
            return
        result = Subject(value.handle)
        if self.shows_pinned:
            self.other = result
            self.show_trail()
            return
        self.computed = True
        self.way_back.clear()
        if value.kind == ATTENTION_KIND:
            self.maps = value.handle
            self.way_back += [self.subject] if self.subject is not None else []
        self.subject = result
        self.show_value(value)
        self.ask_comparison()

    @property
    def rank(self) -> int:
        """How firmly what is shown keeps its place."""
        if self.view is not None:
            return 2
        return rank(self.value) if self.value is not None else 0

    def take_tensor(self, view: TensorView) -> None:
        """Show the tensor that was asked for, or one more window of it."""
        if self.expecting or self.view is None or self.view.shape != view.shape:
            self.show_tensor(view)
        else:
            self.grid.extend(view)

    def take_measured(self, event: TensorMeasured) -> None:
        """Tell what all elements are like, in the place of a sample."""
        if self.view is not None:
            self.view = replace(self.view, statistics=event.statistics)
            self.stage.retell(self.view)
            self.describe()

    def take_inspected(self, value: ValueView) -> None:
        """Show the value that was asked for, or one more page or branch of it."""
        if self.is_subject(value) and self.expecting:
            self.show_value(value)
        elif (
            self.subject is not None
            and value.handle == self.subject.handle
            and value.entries is not None
        ):
            self.stage.extend(value, value.entries)

    def take_comparison(self, view: ComparisonView) -> None:
        """Show how the tensor differs from the pinned one."""
        pinned = self.pinned
        if self.comparing and self.is_subject(view) and pinned and view.other == pinned.handle:
            self.comparison = view
            self.describe()

    def show_value(self, value: ValueView) -> None:
        """Show a value of any kind."""
        if value.tensor is not None:
            self.show_tensor(value.tensor)
            return
        self.expecting = False
        self.view = None
        self.value = value
        self.filled = True
        self.stage.show_value(value)
        self.describe()

    def show_tensor(self, view: TensorView) -> None:
        """Show a tensor from what is known of it."""
        self.expecting = False
        self.view = view
        self.value = None
        self.stage.picture_attention(view.handle == self.maps or bool(view.column_labels))
        self.filled = True
        self.stage.show_tensor(view)
        self.describe()

    def follow(self, changed: VariablesChanged) -> None:
        """Ask anew for what is shown: it may be another value now, or changed in place."""
        subject = self.subject
        computed, self.computed = self.computed, False
        if subject is None or computed or self.shows_pinned:
            return
        if subject.name:
            handles = (v.handle for v in changed.variables if v.name == subject.name)
            subject = Subject(next(handles, subject.handle), subject.name, subject.trail)
        self.request(subject, self.stage.window)

    def empty_out(self) -> None:
        """Forget everything: its session is gone."""
        self.subject = self.other = self.pinned = None
        self.view = self.value = self.comparison = None
        self.comparing = False
        self.way_back.clear()
        self.filled = False

    # What is written

    def describe(self) -> None:
        """Write what stands above the value, and the comparison in its place."""
        self.show_trail()
        self.summarise()
        if self.comparing and self.subject is not None and self.pinned is not None:
            titles = self.subject.title, self.pinned.title
            width = self.size.width - 3
            found = self.comparison
            rows = comparison_rows(found, *titles, width) if found else Content("…")
            self.stage.show_text(rows)
        self.refresh_bindings()

    def show_trail(self) -> None:
        """Write the way to the part, and what is pinned."""
        subject, pinned = self.subject, self.pinned
        self.set_class(bool(subject and (subject.trail or pinned)), "-trailed")
        if subject is not None:
            self.query_one(TrailLine).show(subject, pinned, self.other)

    def summarise(self) -> None:
        """Fit the facts to the width."""
        name = self.subject.name if self.subject and not self.subject.trail else ""
        if self.view is not None:
            pieces = facts(self.view, name)
        elif self.value is not None:
            pieces = value_facts(self.value, name)
        else:
            return
        width = max(1, self.size.width - 2)
        self.query_one("#inspector-summary", Static).update(flowed(pieces, width))

    def on_resize(self) -> None:
        """Fit the facts to the width."""
        if self.comparing:
            self.describe()
        else:
            self.summarise()

    # What the reader does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key makes sense for what is shown."""
        view, subject, scene = self.view, self.subject, self.stage.scene
        match action:
            case "step" | "next_dimension":
                return scene == "grid" and view is not None and len(view.shape) > 2
            case "next_shading":
                return scene == "grid"
            case "toggle_histogram":
                return view is not None and view.statistics is not None and not self.comparing
            case "measure":
                return self.sampled
            case "toggle_gradient":
                return view is not None and (view.has_gradient or view.trail[-1:] == (GRADIENT,))
            case "leave":
                return bool(self.comparing or self.way_back or (subject and subject.trail))
            case "pin" | "define":
                return subject is not None
            case "compare" | "toggle_pinned":
                return self.pinned is not None
            case "show_attention":
                return scene == "tree" and subject is not None
            case "go_aside":
                return bool(subject and self.stage.beside(subject.handle, subject.trail))
        return super().check_action(action, parameters)

    @on(Entered)
    def enter_part(self, event: Entered) -> None:
        """Show the part that was chosen."""
        event.stop()
        self.enter(event.trail)

    @on(LeaveWanted)
    def action_leave(self) -> None:
        """Go back: from a comparison to the value, from a part to what holds it."""
        if self.comparing:
            self.stop_comparing()
        elif self.way_back:
            self.request(self.way_back.pop())
        elif self.subject and self.subject.trail:
            subject = self.subject
            self.request(Subject(subject.handle, subject.name, subject.trail[:-1]))

    def action_step(self, step: int) -> None:
        """Show the slice that lies ``step`` further in the active dimension."""
        self.stage.step(step)

    def action_next_dimension(self) -> None:
        """Let the keys move the next leading dimension."""
        self.stage.next_dimension()

    def action_next_shading(self) -> None:
        """Shade elements by their value, draw a heat map, or only write them."""
        self.grid.next_shading()

    def action_toggle_histogram(self) -> None:
        """Show the histogram, or the elements."""
        self.stage.toggle_histogram()
        self.refresh_bindings()

    @property
    def sampled(self) -> bool:
        """Whether what is told are the figures of a sample."""
        if self.comparing:
            return self.comparison is not None and self.comparison.sampled is not None
        statistics = self.view.statistics if self.view is not None else None
        return statistics is not None and statistics.sampled is not None

    def action_measure(self) -> None:
        """Have every element looked at."""
        subject, pinned = self.subject, self.pinned
        if subject is not None and self.sampled:
            other = pinned.handle if self.comparing and pinned is not None else None
            self.post_message(Measure(subject.handle, subject.trail, other))

    def action_toggle_gradient(self) -> None:
        """Show the gradient of the tensor, or the tensor of the gradient."""
        if self.subject is None:
            return
        if self.subject.trail[-1:] == (GRADIENT,):
            self.action_leave()
        else:
            self.enter((*self.subject.trail, GRADIENT))

    def action_pin(self) -> None:
        """Ask the session to keep the value; let it go if it is the pinned one."""
        subject = self.subject
        if subject is None:
            return
        if self.shows_pinned:
            self.pinned = None
            self.request(self.other or subject)
        else:
            self.post_message(Pin(subject.handle, subject.trail))

    def hold(self, event: ValuePinned) -> None:
        """Show the pinned value, which stays until the reader goes on."""
        if self.subject is not None:
            self.pinned = Subject(event.pinned, self.subject.title, copied=event.copied)
            self.other = self.subject
            self.way_back.clear()
            self.comparing = False
            self.request(self.pinned)

    def action_toggle_pinned(self) -> None:
        """Go from the pinned value to the other one and back."""
        self.way_back.clear()
        self.comparing = False
        if self.shows_pinned and self.other is not None:
            self.request(self.other)
        elif self.pinned is not None:
            self.other = self.subject
            self.request(self.pinned)

    def action_compare(self) -> None:
        """Show how the value differs from the pinned one, or the value again."""
        if self.comparing:
            self.stop_comparing()
            return
        self.comparing = True
        self.comparison = None
        if self.shows_pinned and self.other is not None:
            self.way_back.clear()
            self.request(self.other)
        else:
            self.ask_comparison()

    def stop_comparing(self) -> None:
        """Show the value again."""
        self.comparing = False
        if self.view is not None:
            self.show_tensor(self.view)
        elif self.value is not None:
            self.show_value(self.value)

    def action_define(self) -> None:
        """Ask the app to define a variable."""
        if self.subject is not None:
            self.post_message(Define(self.subject.handle, self.subject.trail))

    def action_show_attention(self) -> None:
        """Ask the app for attention maps of the model."""
        subject = self.subject
        if subject is not None:
            self.post_message(ShowAttention(subject.handle, subject.trail, subject.title))

    def action_go_aside(self, step: int) -> None:
        """Show the part beside this one, in what holds both."""
        subject = self.subject
        trail = self.stage.beside(subject.handle, subject.trail, step) if subject else ()
        if subject is not None and trail:
            self.request(Subject(subject.handle, subject.name, trail))
