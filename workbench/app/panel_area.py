"""The side of the panels: the device strip over one tab for each panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import TabbedContent, TabPane

from torch_lib.events import GenerationStarted, Metric
from workbench.app.layout import DragEdge
from workbench.app.panels import PANELS, DevicePanel, Inspector
from workbench.app.panels.base import Panel, ShowVariable
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.loss import LossPanel
from workbench.runtime.protocol import (
    EntriesView,
    EvaluationFinished,
    EvaluationStarted,
    Event,
    ModuleFacts,
    TensorView,
    ValueView,
)

P = TypeVar("P", bound=Panel[Any])


class PanelArea(DragEdge, Vertical):
    """Hands events to the panels that accept them, and brings panels up."""

    DEFAULT_CSS = """
    PanelArea {
        background: $surface;
        & DevicePanel { height: auto; max-height: 3; }
        & TabbedContent { height: 1fr; }
        & ContentSwitcher { height: 1fr; }
        & TabPane { padding: 0; height: 1fr; }
        & TabPane > Panel { height: 1fr; }
    }
    """

    edge = "left"
    before = "code"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.device = DevicePanel()
        self.panels: tuple[Panel[Any], ...] = tuple(panel() for panel in PANELS)
        self._brought_up: set[type[Panel[Any]]] = set()

    def compose(self) -> ComposeResult:
        """The strip, then the tabs."""
        yield self.device
        with TabbedContent(id="tabs"):
            for panel in self.panels:
                with TabPane(Content(panel.title), id=_tab(panel)):
                    yield panel

    def receive(self, events: Sequence[Event]) -> None:
        """Give each panel the events that it accepts, as one batch."""
        for panel in (self.device, *self.panels):
            batch = [event for event in events if isinstance(event, panel.accepts)]
            if batch:
                panel.receive(batch)
        for event in events:
            self._bring_up(event)

    def _bring_up(self, event: Event) -> None:
        """Show what an evaluation is about, once, and never to one who works in the panels."""
        kind: type[Panel[Any]]
        match event:
            case EvaluationStarted():
                self._brought_up.clear()
                return
            case Metric():
                kind = LossPanel
            case GenerationStarted():
                kind = GenerationPanel
            case EvaluationFinished(view=ValueView(tensor=TensorView())):
                kind = Inspector
            case EvaluationFinished(view=ValueView(entries=EntriesView(module=ModuleFacts()))):
                kind = Inspector
            case _:
                return
        if kind not in self._brought_up and not self.has_focus_within:
            self._brought_up.add(kind)
            self.show(kind)

    def panel(self, kind: type[P]) -> P:
        """The panel of a class."""
        return next(panel for panel in self.panels if isinstance(panel, kind))

    def show(self, kind: type[Panel[Any]]) -> None:
        """Bring the panel of a class up."""
        self.query_one(TabbedContent).active = _tab(self.panel(kind))

    def show_named(self, title: str) -> None:
        """Bring the panel with a title up, if there is one."""
        for panel in self.panels:
            if panel.title == title:
                self.show(type(panel))

    def show_next(self, step: int) -> None:
        """Bring the next panel up, or the one before with a negative ``step``."""
        place = self.panels.index(self.current)
        self.show(type(self.panels[(place + step) % len(self.panels)]))
        self.current.focus()

    @on(ShowVariable)
    def show_variable(self, message: ShowVariable) -> None:
        """Let the inspector show the variable that was chosen in another."""
        message.stop()
        self.panel(Inspector).show(message.handle, message.name)
        self.show(Inspector)

    @property
    def current(self) -> Panel[Any]:
        """The panel that is up."""
        active = next((tabs.active for tabs in self.query(TabbedContent)), "")  # none at the end
        return next((p for p in self.panels if _tab(p) == active), self.panels[0])


def _tab(panel: Panel[Any]) -> str:
    return f"tab-{type(panel).__name__}"
