"""The side of the panels: the device strip over one tab for each panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from textual import on, work
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
    """Hands events to the panels that accept them, and brings panels up.

    Args:
        first: The title of the panel that is up at first.
        id: The widget's id.
    """

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

    def __init__(self, first: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.device = DevicePanel()
        self.panels: tuple[Panel[Any], ...] = tuple(panel() for panel in PANELS)
        named = (panel for panel in self.panels if panel.title == first)
        self._first = next(named, self.panels[0])
        early = (panel for panel in self.panels if panel in (self._first, self.panels[0]))
        self._hearing: tuple[Panel[Any], ...] = (self.device, *early)
        self._unheard: list[Event] = []
        self._entered = False
        self._brought_up: set[type[Panel[Any]]] = set()

    def compose(self) -> ComposeResult:
        """The strip, then the tabs; most panels are made when there is a picture.

        The one that is up belongs to the picture, and the curves are soon asked for their runs.
        """
        yield self.device
        with TabbedContent(id="tabs", initial=_tab(self._first)):
            for panel in self.panels:
                with TabPane(Content(panel.title), id=_tab(panel)):
                    if panel in self._hearing:
                        yield panel

    def on_mount(self) -> None:
        """Make the other panels when there is a picture."""
        self.call_after_refresh(self._complete)

    @work
    async def _complete(self) -> None:
        """Make the panels that are not there yet, and tell them what happened meanwhile."""
        for panel in self.panels:
            if panel not in self._hearing:
                await self.query_one(f"#{_tab(panel)}", TabPane).mount(panel)
                if not (self.app.is_running and self.is_attached):
                    return  # the app ends: the panel has no widgets, or no longer
                _tell(panel, self._unheard)
                self._hearing = (*self._hearing, panel)
        self._unheard.clear()
        if self._entered:
            self.current.focus()

    def receive(self, events: Sequence[Event]) -> None:
        """Give each panel the events that it accepts, as one batch."""
        for panel in self._hearing:
            _tell(panel, events)
        if len(self._hearing) <= len(self.panels):
            self._unheard += events
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

    def show_next(self, step: int) -> None:
        """Bring the next panel up, or the one before with a negative ``step``."""
        place = self.panels.index(self.current)
        self.show(type(self.panels[(place + step) % len(self.panels)]))
        self.enter()

    def enter(self) -> None:
        """Give the focus to the panel that is up, at the start when it has been made."""
        if self.current in self._hearing:
            self.current.focus()
        else:
            self._entered = True

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


def _tell(panel: Panel[Any], events: Sequence[Event]) -> None:
    batch = [event for event in events if isinstance(event, panel.accepts)]
    if batch:
        panel.receive(batch)


def _tab(panel: Panel[Any]) -> str:
    return f"tab-{type(panel).__name__}"
