"""What holds for each panel: hostile text is shown as it is, and no size is too small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from tests.workbench.panels.panel_app import PanelApp, tensor_view
from torch_lib.events import GenerationStarted, Metric, TokenGenerated
from workbench.app.panel_area import PanelArea
from workbench.app.panels import PANELS, DevicePanel, Inspector
from workbench.app.panels.ask_form import AskForm
from workbench.app.panels.base import EmptyNotice, Inspect, Panel
from workbench.app.panels.entry_list import EntryList
from workbench.app.panels.errors import ErrorsPanel
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.loss import LossPanel
from workbench.app.panels.module_tree import ModuleTree
from workbench.app.panels.pick import Pick
from workbench.app.panels.row_list import RowList
from workbench.app.panels.variables import VariableList, VariablesPanel
from workbench.runtime.protocol import (
    DeviceReading,
    DeviceSampled,
    ErrorView,
    EvaluationFailed,
    EvaluationFinished,
    Event,
    FrameView,
    TensorInspected,
    ValueView,
    VariablesChanged,
    VariableView,
    Window,
)

HOSTILE = "v [a b] [/x] [@click=app.quit]w"
EVENTS: dict[type[Panel[Any]], Sequence[Event]] = {
    DevicePanel: [DeviceSampled((DeviceReading(HOSTILE, HOSTILE, 5.0, 1, 2),))],
    LossPanel: [Metric(HOSTILE, 1.0), Metric(HOSTILE, 0.5)],
    Inspector: [EvaluationFinished(1, ValueView(HOSTILE, HOSTILE, 1), 0.1)],
    GenerationPanel: [GenerationStarted(HOSTILE, 1, 5), TokenGenerated(1, HOSTILE)],
    VariablesPanel: [VariablesChanged((VariableView(HOSTILE, HOSTILE, HOSTILE, 1),))],
    ErrorsPanel: [
        EvaluationFailed(
            1,
            ErrorView(
                HOSTILE,
                HOSTILE,
                1,
                1,
                source_line=HOSTILE,
                hint=HOSTILE,
                frames=(FrameView(HOSTILE, HOSTILE, 1, 1),),
                trace=HOSTILE,
            ),
            0.1,
        )
    ],
}


def screen_text(app: App[None]) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def test_every_panel_is_tried_here() -> None:
    assert set(EVENTS) == {DevicePanel, *PANELS}


@pytest.mark.parametrize("kind", EVENTS)
async def test_text_is_never_parsed_as_markup(kind: type[Panel[Any]]) -> None:
    app = PanelApp(kind())
    async with app.run_test(size=(150, 20)) as pilot:
        app.panel.receive(EVENTS[kind])
        await pilot.pause()

        assert HOSTILE.casefold() in screen_text(app).casefold()


@pytest.mark.parametrize("kind", EVENTS)
async def test_any_size_will_do(kind: type[Panel[Any]]) -> None:
    app = PanelApp(kind())
    async with app.run_test(size=(48, 20)) as pilot:
        for size in ((1, 1), (5, 3), (200, 60)):
            await pilot.resize_terminal(*size)
            app.panel.receive(EVENTS[kind])
            await pilot.pause()

        assert app.panel.filled


@pytest.mark.parametrize("kind", PANELS)
async def test_the_focus_goes_from_the_notice_to_the_content(kind: type[Panel[Any]]) -> None:
    app = PanelApp(kind())
    async with app.run_test(size=(48, 20)) as pilot:
        app.panel.focus()
        await pilot.pause()
        assert app.focused is app.panel
        assert app.panel.query_one(EmptyNotice).display

        app.panel.receive(EVENTS[kind])
        await pilot.pause()
        assert app.focused is not app.panel
        assert app.focused in app.panel.query("*")
        assert not app.panel.query_one(EmptyNotice).display


@pytest.mark.parametrize(
    "kind", [*PANELS, RowList, VariableList, EntryList, ModuleTree, AskForm, Pick]
)
def test_every_binding_has_an_id_and_a_tooltip(kind: type[Widget]) -> None:
    for binding in kind.BINDINGS:
        assert isinstance(binding, Binding)
        assert binding.id
        assert binding.tooltip


class AreaApp(App[None]):
    """Shows all panels; keeps what is asked of the session."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Inspect] = []

    def compose(self) -> ComposeResult:
        yield PanelArea()

    @on(Inspect)
    def keep(self, message: Inspect) -> None:
        self.asked.append(message)


async def test_a_chosen_variable_comes_up_in_the_inspector() -> None:
    app = AreaApp()
    async with app.run_test(size=(48, 20)) as pilot:
        area = app.query_one(PanelArea)
        area.receive(EVENTS[VariablesPanel])
        area.show(VariablesPanel)
        area.enter()
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.asked == [Inspect(1, Window())]
        assert isinstance(area.current, Inspector)

        area.receive([TensorInspected(tensor_view((2, 2), handle=1))])
        assert HOSTILE in str(area.current.query_one("#inspector-summary", Static).content)


async def test_what_happens_before_a_panel_is_made_is_told_to_it() -> None:
    """Only the panel that is up is there for the first picture."""
    app = AreaApp()
    async with app.run_test(size=(48, 20)) as pilot:
        area = app.query_one(PanelArea)
        for kind in PANELS:
            area.receive(EVENTS[kind])
        await pilot.pause()
        assert all(panel.filled for panel in area.panels)


async def test_a_panel_can_be_up_at_first() -> None:
    class FirstApp(App[None]):
        def compose(self) -> ComposeResult:
            yield PanelArea(Inspector.title)

    app = FirstApp()
    async with app.run_test(size=(48, 20)):
        area = app.query_one(PanelArea)
        assert isinstance(area.current, Inspector)
        assert area.current.is_mounted


async def test_an_app_that_ends_at_once_ends_in_order() -> None:
    """What was told before the panels were made finds no widgets."""
    app = AreaApp()
    async with app.run_test(size=(48, 20)):
        for kind in PANELS:
            app.query_one(PanelArea).receive(EVENTS[kind])
    assert not app.is_running
