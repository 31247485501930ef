"""The history of the devices, on the whole screen."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.workbench.fake_session import FakeSession
from tests.workbench.panels.panel_app import PanelApp
from workbench.app.app import Workbench
from workbench.app.panels.axes import time_axis
from workbench.app.panels.curve_view import CurveView
from workbench.app.panels.device import DevicePanel, DeviceRows
from workbench.app.panels.device_history import DeviceHistory
from workbench.runtime.protocol import DeviceReading, DeviceSampled

NOON = datetime(2026, 3, 2, 12, 0).timestamp()


def seconds(start: float = NOON) -> Callable[[], float]:
    """A clock that goes on by a second at each look."""
    ticks = count()
    return lambda: start + next(ticks)


def sampled(load: float | None, used: int | None = 4, name: str = "cpu") -> DeviceSampled:
    return DeviceSampled((DeviceReading(name, "", load, used, 16),))


def legend(history: DeviceHistory) -> str:
    return str(history.query_one(Static).content)


def picture(history: DeviceHistory) -> str:
    segments = history.query_one(CurveView).render().segments
    return "".join(segment.text for segment in segments)


async def zoomed(pilot_app: PanelApp, panel: DevicePanel) -> DeviceHistory:
    panel.focus()
    pilot_app.screen.maximize(panel, container=False)
    return panel.history


async def test_what_was_is_drawn_over_the_time_of_day() -> None:
    panel = DevicePanel(seconds())
    app = PanelApp(panel)
    async with app.run_test(size=(80, 24)) as pilot:
        panel.receive([sampled(load) for load in (10.0, 20.0, 95.0)])
        await pilot.pause()
        assert panel.size.height == 1
        assert not panel.history.display

        history = await zoomed(app, panel)
        panel.receive([sampled(30.0)])
        await pilot.pause(0.3)

        assert panel.size.height == 24
        assert "a CPU % 30  b CPU memory % 25  the last 3.0s" in legend(history)
        drawn = picture(history)
        assert "100┤" in drawn
        assert "12:00:02" in drawn
        app.screen.minimize()
        await pilot.pause()
        assert panel.size.height == 1


async def test_times_are_read_off_and_zoomed_into() -> None:
    panel = DevicePanel(seconds())
    app = PanelApp(panel)
    async with app.run_test(size=(80, 24)) as pilot:
        panel.receive([sampled(float(number % 100)) for number in range(600)])
        history = await zoomed(app, panel)
        await pilot.pause()
        await pilot.press("plus", "plus")
        assert "12:07:30 to 12:10:00" in legend(history)

        await pilot.press("left")
        assert "12:06:52 to 12:09:22" in legend(history)
        await pilot.press("c")
        assert "at 12:09:22" in legend(history)
        assert "a CPU % 62" in legend(history)
        await pilot.press("c", "0", "m")
        assert "the last 9m59s" in legend(history)
        assert "memory" not in legend(history)


async def test_keys_of_the_curves_rest_while_the_strip_is_small() -> None:
    panel = DevicePanel(seconds())
    async with PanelApp(panel).run_test(size=(80, 24)) as pilot:
        panel.receive([sampled(1.0)])
        panel.focus()
        await pilot.press("c")

        assert panel.view.cursor is None
        assert isinstance(panel.app.focused, DeviceRows)


async def test_what_is_unknown_is_a_gap_or_no_curve() -> None:
    panel = DevicePanel(seconds())
    async with PanelApp(panel).run_test(size=(80, 24)):
        panel.receive([sampled(None, None), sampled(math.nan, 4), sampled(5.0), sampled(None)])

        series = panel.history.run.series
        assert list(series) == ["CPU memory %", "CPU %"]
        assert (series["CPU %"].gaps, series["CPU %"].count) == (1, 2)


async def test_many_devices_have_rows_where_there_is_room() -> None:
    panel = DevicePanel(seconds())
    app = PanelApp(panel)
    names = ["[b]cpu", *(f"cuda:{number}" for number in range(7))]
    event = DeviceSampled(tuple(DeviceReading(name, "", 5.0, 1, 2) for name in names))
    async with app.run_test(size=(100, 40)) as pilot:
        panel.receive([event])
        await pilot.pause()
        rows = panel.query_one(DeviceRows)
        assert len(str(rows.render()).splitlines()) == 3

        history = await zoomed(app, panel)
        await pilot.pause()
        panel.receive([event])
        assert [line.split()[0] for line in str(rows.render()).splitlines()] == [
            name.upper() for name in names
        ]
        assert "p CUDA:6 memory % 50" in legend(history)


async def test_the_strip_is_zoomed_by_keys(tmp_path: Path) -> None:
    """From the strip, which takes the focus; escape leads back to the program."""
    session = FakeSession()
    async with Workbench(session).run_test(size=(120, 40)) as pilot:
        session.emit(sampled(40.0))
        await pilot.pause(0.2)
        app = pilot.app
        app.query_one(DevicePanel).focus()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.maximized is app.query_one(DevicePanel)
        assert app.query_one(DevicePanel).size.height > 30

        await pilot.press("escape")
        assert app.screen.maximized is None

        await pilot.resize_terminal(80, 24)
        await app.run_action("devices")
        await pilot.pause()
        assert app.query_one(DevicePanel).size.height > 18


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        (10, ["12:00:00", "12:00:05", "12:00:10"]),
        (3600, ["12:00", "12:30", "13:00"]),
        (4 * 86400, ["03-04", "03-06"]),
    ],
)
def test_times_are_told_in_round_steps(span: float, labels: list[str]) -> None:
    axis = time_axis(NOON, NOON + span, 2)

    assert [label for _, label in axis.marks] == labels
    assert all(0 <= place <= 1 for place, _ in axis.marks)
