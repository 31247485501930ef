from __future__ import annotations

import csv
import math
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual.events import MouseScrollUp
from textual.widgets import Input, Static

from tests.workbench.panels.panel_app import PanelApp
from torch_lib.events import Metric
from workbench.app.panels import curves, runs
from workbench.app.panels.curve_view import CurveView
from workbench.app.panels.loss import LossPanel
from workbench.app.panels.pick import Pick
from workbench.app.panels.runs import RunStore
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

        assert "loss ∞ 2 gaps" in summary(panel)


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


@pytest.mark.parametrize(("height", "lines"), [(40, 6), (13, 4), (6, 2)])
async def test_earlier_runs_leave_room_for_the_curves(
    panel: LossPanel, height: int, lines: int
) -> None:
    async with PanelApp(panel).run_test(size=(60, height)) as pilot:
        for number in range(8):
            panel.receive([started(number), *losses(0.9, 0.8)])
        await pilot.pause()
        panel.summarise()

        told = summary(panel).splitlines()
        assert len(told) == lines
        assert told[0].startswith("h loss 0.8")
        assert ("and 4 earlier" in told) == (height == 40)


async def test_a_letter_and_a_colour_tell_the_curves_of_all_runs_apart(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(0.9, 0.8), Metric("accuracy", 0.1)])
        panel.receive([started(2), *losses(0.7, 0.6)])
        panel.focus()
        await pilot.pause()

        assert summary(panel).splitlines()[:2] == [
            "c loss 0.6  train.lisp",
            "a loss 0.8  b accuracy 0.1  train.lisp",
        ]
        ends = {end for row in picture(panel) for end in row if end in "abc"}
        assert ends == {"a", "b", "c"}
        colours = {panel.view.colour(curve) for curve in panel.view.curves()}
        assert len(colours) == 3

        await pilot.press("e")
        assert summary(panel).splitlines() == ["c loss 0.6", "step 2 · 1 earlier hidden"]


def picture(panel: LossPanel) -> list[str]:
    segments = panel.view.render().segments
    return "".join(segment.text for segment in segments).splitlines()


async def test_keys_zoom_pan_and_show_all_again(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(*map(float, range(1, 1002)))])
        panel.focus()
        await pilot.press("plus")
        assert panel.view.window() == (251.0, 751.0)

        await pilot.press("right")
        assert panel.view.window() == (376.0, 876.0)
        assert "steps 376 to 876" in summary(panel)

        await pilot.press("left", "left", "left", "left", "left")
        assert panel.view.window() == (1.0, 501.0)

        await pilot.press("minus")
        assert panel.view.window() == (1.0, 1001.0)
        await pilot.press("plus", "plus", "0")
        assert panel.view.window() == (1.0, 1001.0)
        assert panel.view.span is None


async def test_a_range_at_the_end_follows_the_curve(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(*map(float, range(101)))])
        panel.focus()
        await pilot.press("plus", "right", "right")
        panel.receive(losses(*[1.0] * 10))

        assert panel.view.window() == (61.0, 111.0)


async def test_the_wheel_zooms_where_the_pointer_is(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(*map(float, range(1, 1002)))])
        await pilot.pause(0.2)
        await pilot._post_mouse_events([MouseScrollUp], CurveView, offset=(78, 5))
        low, high = panel.view.window()

        assert high == pytest.approx(1001, abs=4)
        assert low == pytest.approx(201, abs=8)

        await pilot._post_mouse_events([MouseScrollUp], CurveView, offset=(40, 5), shift=True)
        assert panel.view.window() == pytest.approx((low - 80, high - 80), abs=2)


async def test_the_cursor_reads_every_curve_off(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(3.0, 2.0, math.nan, 1.0)])
        panel.receive([Metric("rate", 10.0), Metric("rate", 20.0)])
        panel.focus()
        await pilot.pause()
        await pilot.press("c", "left")
        assert summary(panel) == "a loss not finite 1 gap  b rate –\nat step 3"

        await pilot.press("left")
        assert summary(panel) == "a loss 2 1 gap  b rate 20\nat step 2"
        assert any("│" in row[12:] for row in picture(panel))

        await pilot.press("c")
        assert panel.view.cursor is None


async def test_a_logarithmic_axis_needs_a_positive_value(panel: LossPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(-3.0, 0.0)])
        panel.focus()
        await pilot.press("l")

        assert not panel.view.logarithmic
        assert ["positive" in note.message for note in app._notifications] == [True]


async def test_runs_are_kept_and_shown_again(panel: LossPanel, tmp_path: Path) -> None:
    panel.store = RunStore(tmp_path)
    async with PanelApp(panel).run_test(size=(80, 20)):
        panel.receive([started(1), *losses(0.9, math.nan, -math.inf), Metric("loss", 0.5, 10)])

    later = LossPanel()
    later.store = panel.store
    app = PanelApp(later)
    async with app.run_test(size=(80, 20)) as pilot:
        later.focus()
        await pilot.press("o")
        await pilot.pause(0.2)
        assert isinstance(app.screen, Pick)
        await pilot.press("enter")
        await pilot.pause(0.2)

        (run,) = later.view.runs
        assert run.title == "train.lisp"
        assert run.series["loss"].gaps == 2
        lines = run.series["loss"].segments(100, smoothed=False, floor=-math.inf)
        assert lines == [[(1, 0.9)], [(10, 0.5)]]

        await pilot.press("o")
        await pilot.pause(0.2)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert later.view.runs == []


async def test_what_is_no_longer_single_is_said_where_it_is_looked_at(
    panel: LossPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "SINGLES", 64)
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(*map(float, range(1, 1002)))])
        assert "extremes" not in summary(panel)

        panel.focus()
        await pilot.press("plus")
        assert "before step 897 only extremes" in summary(panel)

        await pilot.press("w")
        await pilot.pause()
        app.screen.query_one(Input).value = str(tmp_path / "out.csv")
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert "Before step 897" in next(iter(app._notifications)).message

        panel.view.look_at(897.0, 1001.0)
        await pilot.pause()
        assert "extremes" not in summary(panel)


async def test_a_file_that_takes_no_more_points_is_told_of(
    panel: LossPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "LARGEST_FILE", 200)
    panel.store = RunStore(tmp_path)
    async with PanelApp(panel).run_test(size=(80, 20)):
        panel.receive([started(1), *losses(0.5, 0.25)])
        assert "full" not in summary(panel)

        for _ in range(9):
            panel.receive(losses(0.125))
        assert summary(panel).endswith("its file is full")


@pytest.mark.parametrize("ending", ["csv", "svg", "txt", "gif"])
async def test_what_is_shown_is_exported(ending: str, panel: LossPanel, tmp_path: Path) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)) as pilot:
        panel.receive([started(1), *losses(0.5, math.nan, 0.25), Metric("<a&[b]>\x1b", 1.0)])
        panel.focus()
        await pilot.pause()
        await pilot.press("w")
        await pilot.pause()
        path = tmp_path / f"out.{ending}"
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await pilot.pause(0.2)

    if ending == "gif":
        assert not path.exists()
        assert "must end in .csv, .svg or .txt" in next(iter(app._notifications)).message
    elif ending == "csv":
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        assert [(row["metric"], row["step"], row["value"]) for row in rows] == [
            ("loss", "1", "0.5"),
            ("loss", "3", "0.25"),
            ("<a&[b]>\x1b", "1", "1.0"),
        ]
    elif ending == "svg":
        root = ElementTree.parse(path).getroot()
        texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert any("<a&[b]>" in text for text in texts)
        drawn = list(root.iter("{http://www.w3.org/2000/svg}polyline"))
        assert len(drawn) == 3
        assert all(len(line.attrib["points"].split()) > 1 for line in drawn)  # one is no dot
    else:
        assert "a  loss  train.lisp" in path.read_text("utf-8")
        assert "└┬─" in path.read_text("utf-8")


async def test_names_of_metrics_keep_to_their_line(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(80, 20)):
        panel.receive([started(1), *losses(0.5, name="a\x1b[31m\nb")])

        assert summary(panel).splitlines()[0] == "a a\N{REPLACEMENT CHARACTER}[31m⏎b 0.5"


def value_marks(panel: LossPanel) -> list[str]:
    picture = panel.view.picture(60, (4, 6))
    assert picture is not None
    return [label for _, label in picture.values.marks]


async def test_a_range_of_values_is_zoomed_into(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        panel.receive([started(1), *losses(*(float(value) for value in range(101)))])
        panel.focus()
        await pilot.pause(0.3)
        await pilot.press("y", "y")
        assert "values 37.5 to 62.5" in summary(panel)
        await pilot.press("up")
        assert "values 43.8 to 68.8" in summary(panel)

        picture = panel.view.picture(60, (4, 6))
        assert picture is not None
        drawn = [value for _, _, line in picture.lines for _, value in line]
        assert (min(drawn), max(drawn)) == (43.75, 68.75)

        await pilot.press(*["up"] * 9)
        assert "values 75 to 100" in summary(panel)
        await pilot.press("Y", "Y", "Y")
        assert "values" not in summary(panel)


@pytest.mark.parametrize("key", ["0", "l", "m"])
async def test_another_axis_shows_all_values_again(panel: LossPanel, key: str) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        panel.receive([started(1), *losses(1.0, 5.0, 2.0)])
        panel.focus()
        await pilot.pause(0.3)
        await pilot.press("y", key)

        assert "values" not in summary(panel)


async def test_marks_of_a_narrow_range_are_told_apart(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        panel.receive([started(1), *losses(0.30001, 0.30002, 0.30003)])
        panel.focus()
        await pilot.pause(0.3)
        await pilot.press("y", "y", "y")

        marks = value_marks(panel)
        assert len(marks) > 1
        assert len(set(marks)) == len(marks)


async def test_zooming_has_an_end(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        panel.receive([started(1), *losses(1.0, 1.0, 1.0)])
        panel.focus()
        await pilot.pause(0.3)
        await pilot.press(*["y"] * 40, "down", "up")

        assert value_marks(panel)
        assert panel.view.render()


async def test_the_wheel_over_the_axis_zooms_values(panel: LossPanel) -> None:
    async with PanelApp(panel).run_test(size=(60, 20)) as pilot:
        panel.receive([started(1), *losses(*(float(value) for value in range(101)))])
        await pilot.pause(0.3)
        view = panel.view
        view.post_message(MouseScrollUp(view, 1, 0, 0, 0, 0, False, False, False))
        await pilot.pause()

        assert "values 20 to 100" in summary(panel)
        assert view.span is None
