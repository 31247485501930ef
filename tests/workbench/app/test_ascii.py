"""The screen without colours, without signs beyond ASCII, and without motion."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.filter import Monochrome, NoColor

from tests.workbench.app.conftest import CORE, Build
from tests.workbench.fake_session import FakeSession
from torch_lib.events import GenerationStarted, Metric, Progress, TokenGenerated
from workbench.app.app import Workbench
from workbench.app.ascii_filter import AsciiFilter
from workbench.app.editor import Editor
from workbench.app.status_line import StatusLine
from workbench.folders import config_file
from workbench.runtime.protocol import (
    DeviceReading,
    DeviceSampled,
    ErrorView,
    OutputWritten,
    TorchStateChanged,
    VariablesChanged,
    VariableView,
)


def translated(text: str) -> str:
    (segment,) = AsciiFilter().apply([Segment(text)], Color(0, 0, 0))
    return segment.text


def shown(app: Workbench) -> str:
    """What stands on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


@pytest.mark.parametrize(
    ("drawn", "ascii"),
    [
        ("╭─ REPL ─╮", "+- REPL -+"),
        ("│ λ x… │", "| \\ x~ |"),
        ("▕██▌  ▏ 3/7", "|##:  | 3/7"),
        ("⠉⠒⣀ ⡇⠸ ⡠⠊⠑⢄ ⣿", "'-_ || //\\\\ #"),
        ("漢字 é", "漢字 é"),
        ("plain", "plain"),
    ],
)
def test_what_is_drawn_becomes_ascii_cell_for_cell(drawn: str, ascii: str) -> None:
    result = translated(drawn)

    assert len(result) == len(drawn)
    assert result == ascii


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["wide", "narrow"])
async def test_the_whole_screen_is_ascii(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "a.lisp"
    path.write_text("(defun f (x) (* 2 x))\n")
    session = FakeSession(values={"(+ 1 2)": "3"})
    app = Workbench(session, path, ascii=True)
    async with app.run_test(size=size) as pilot:
        session.emit(CORE, TorchStateChanged("ready"))
        session.emit(DeviceSampled((DeviceReading("cpu", "CPU", 42.0, 2**30, 2**34),)))
        app.post_message(app._repl.prompt.Submitted("(+ 1 2)"))
        await pilot.press("x")
        session.evaluate("(train)")
        session.emit(*(Metric("loss", math.exp(-step / 20)) for step in range(200)))
        session.emit(Progress("load", 3, 7), GenerationStarted("once", 1, 9))
        session.emit(TokenGenerated(1, " upon"), OutputWritten("out\n"))
        session.emit(VariablesChanged((VariableView("v", "list_", "(1 2)", 1),)))
        for _ in range(6):
            app.drain()
            await pilot.pause(0.2)
            assert shown(app).isascii(), shown(app)
            await pilot.press("f6")
        session.fail(ErrorView("no", "a.lisp", 1, 2, 1, 7, "(defun f (x) (* 2 x))"))
        await pilot.press("f1")
        assert shown(app).isascii()


async def test_the_settings_can_ask_for_ascii(build: Build) -> None:
    config_file().parent.mkdir()
    config_file().write_text("[screen]\nascii = true\n")
    async with build(None).run_test() as pilot:
        await pilot.pause()
        assert isinstance(pilot.app, Workbench)
        assert shown(pilot.app).isascii()


async def test_nothing_moves_where_that_is_wanted(build: Build, program: Path) -> None:
    config_file().parent.mkdir()
    config_file().write_text("[screen]\nreduced_motion = true\n")
    app = build(program)
    async with app.run_test() as pilot:
        await pilot.pause()
        app.query_one(StatusLine).started = 0.0
        await pilot.pause()

        assert app.animation_level == "none"
        assert not app.query_one(Editor).cursor_blink
        assert "running " in shown(app)
        assert not set("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") & set(shown(app))


async def test_no_color_takes_the_colours_away(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = build(None)

    assert app.no_color
    assert any(isinstance(one, Monochrome | NoColor) for one in app.get_line_filters())
