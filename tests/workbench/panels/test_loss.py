from __future__ import annotations

import math
from itertools import count

import pytest
from textual.widgets import Static

from tests.workbench.panels.panel_app import PanelApp
from torch_lib.events import Metric
from workbench.app.panels.curve_view import CurveView
from workbench.app.panels.loss import LossPanel
from workbench.runtime.protocol import EvaluationStarted


def losses(*values: float, name: str = "loss") -> list[Metric]:
    return [Metric(name, value) for value in values]


def started(identity: int) -> EvaluationStarted:
    return EvaluationStarted(identity, "(train)", "train.lisp")


def summary(panel: LossPanel) -> str:
    return str(panel.query_one("#loss-summary", Static).content)


@pytest.fixture
def panel() -> LossPanel:
    """A panel whose clock ticks half a second at each look."""
    ticks = count()
    return LossPanel(clock=lambda: next(ticks) * 0.5)


def points(panel: LossPanel, name: str = "loss") -> list[float]:
    assert panel.view.run
    segments = panel.view.run.series[name].segments(1000, smoothed=False, floor=-math.inf)
    return [value for line in segments for _, value in line]


async def test_a_batch_extends_the_curve(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test():
        panel.receive([started(1), *losses(0.9), Metric("accuracy", 0.1)])
        panel.receive(losses(0.5))

        assert panel.filled
        assert points(panel) == [0.9, 0.5]
        assert points(panel, "accuracy") == [0.1]


async def test_the_summary_tells_last_values_steps_and_pace(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)):
        panel.receive([started(1), *losses(0.9, 0.8)])
        panel.receive([*losses(0.7, 0.25), Metric("rate", 0.001)])

        assert "loss 0.25" in summary(panel)
        assert "rate 0.001" in summary(panel)
        assert "step 4 · 4 steps/s" in summary(panel)


async def test_training_again_starts_new_curves_over_the_earlier_run(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test():
        panel.receive([started(1), *losses(0.9, 0.8)])
        panel.receive([started(2), *losses(0.7)])

        assert points(panel) == [0.7]
        earlier, _ = panel.view.runs
        assert earlier.series["loss"].count == 2
        assert earlier.title == "train.lisp"


async def test_an_evaluation_without_metrics_leaves_the_curves_alone(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test():
        panel.receive([started(1), *losses(0.9, 0.8), started(2)])

        assert points(panel) == [0.9, 0.8]


async def test_single_steps_typed_by_hand_continue_the_curve(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test():
        for step in range(4):
            panel.receive([started(step), *losses(float(step))])

        assert points(panel) == [0.0, 1.0, 2.0, 3.0]


async def test_keys_switch_axis_smoothing_and_metric(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(0.9, 0.8), Metric("accuracy", 0.1)])
        panel.focus()
        await pilot.press("l", "s", "m")

        assert panel.view.logarithmic
        assert panel.view.smoothed
        assert panel.view.only == "loss"
        assert "log · smooth" in summary(panel)

        await pilot.press("m", "m")
        assert panel.view.only is None


ODD_RUNS = {
    "empty": [],
    "one": [1.0],
    "constant": [2.0] * 10,
    "zero": [0.0] * 3,
    "negative": [-1.0, -2.0, -3.0],
    "nan": [math.nan] * 4,
    "infinite": [1.0, math.inf, -math.inf, 2.0, math.nan, 3.0],
    "huge": [1e300, -1e300, 1e308, 5e-324],
    "tiny": [1e-310, 2e-310],
    "steep": [10.0**power for power in range(-300, 300, 20)],
}


@pytest.mark.parametrize("size", [(48, 20), (80, 8), (17, 6), (3, 2)])
async def test_no_value_and_no_size_stops_the_drawing(
    size: tuple[int, int], panel: LossPanel
) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=size) as pilot:
        for number, run in enumerate(ODD_RUNS.values()):
            panel.receive([started(number), *losses(*run)])
            for logarithmic, smoothed in ((False, False), (True, False), (True, True)):
                panel.view.logarithmic, panel.view.smoothed = logarithmic, smoothed
                panel.view.render()
            await pilot.pause()

            assert app.is_running


async def test_gaps_are_counted(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)):
        panel.receive(losses(1.0, math.nan, math.inf))

        assert "loss ∞ 2 not finite" in summary(panel)


async def test_many_batches_make_few_frames(
    panel: LossPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        panel.receive(losses(1.0))
        await pilot.pause(0.3)
        view = panel.query_one(CurveView)
        frames = 0
        draw = view.draw_frame

        def counting() -> None:
            nonlocal frames
            frames += 1
            draw()

        monkeypatch.setattr(view, "draw_frame", counting)
        for step in range(200):
            panel.receive(losses(float(step)))
        await pilot.pause(0.3)

        assert frames == 1


async def test_an_empty_panel_says_what_it_waits_for(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        assert "No training has run yet." in pilot.app.export_screenshot().replace("&#160;", " ")
        panel.focus()
        assert pilot.app.focused is panel
