"""How the workbench looks when it starts, in the wide and in the narrow layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.workbench.app.conftest import CORE
from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.code_area import CodeArea
from workbench.app.status_line import StatusLine
from workbench.folders import config_file
from workbench.runtime.protocol import (
    ErrorView,
    InputRequested,
    OutputWritten,
    TorchStateChanged,
    VariablesChanged,
    VariableView,
)

SnapCompare = Callable[..., bool]
WIDE, NARROW = (120, 40), (80, 24)
PROGRAM = """\
; Doubles what it is given: λ.
(defun double (x)
  (* 2 x))

(println "twice:" (double 21) {"a":'(b c)})
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "double.lisp"
    path.write_text(PROGRAM, "utf-8")
    return path


async def settle(pilot: Pilot[int]) -> Workbench:
    app = pilot.app
    assert isinstance(app, Workbench)
    app.drain()
    app.query_one(StatusLine).started = None
    for area in app.query(CodeArea):
        area.cursor_blink = False
    for line in app.query(Input):
        line.cursor_blink = False
    await pilot.pause(0.2)
    return app


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["lispe-dark", "lispe-light"])
def test_start(snap_compare: SnapCompare, path: Path, size: tuple[int, int], theme: str) -> None:
    session = FakeSession()
    app = Workbench(session, path)
    app.theme = theme

    async def begin(pilot: Pilot[int]) -> None:
        session.emit(CORE, TorchStateChanged("ready"))
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=begin)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_after_an_error(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    session = FakeSession(values={"(double 4)": "8"})
    app = Workbench(session, path)

    async def fail(pilot: Pilot[int]) -> None:
        session.emit(CORE)
        app.post_message(app._repl.prompt.Submitted("(double 4)"))
        await settle(pilot)
        await pilot.press("f5")
        error = ErrorView("Unbound atom: 'y'", "double.lisp", 3, 8, 3, 9, "  (* 2 y))")
        session.emit(OutputWritten("one [a b] [/x]\n"), OutputWritten("careful\n", "error"))
        session.fail(error)
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=fail)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_results_and_matches(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    session = FakeSession()
    app = Workbench(session, path)

    async def find(pilot: Pilot[int]) -> None:
        session.emit(CORE)
        await pilot.press("ctrl+r")
        await pilot.pause()
        session.finish("(double x)")
        await pilot.press("ctrl+end", "ctrl+r")
        await pilot.pause()
        session.fail(ErrorView("Unbound atom: 'y' [/x]", "double.lisp", 5, 1, 5, 9, ""))
        await pilot.press("ctrl+f", *"double", "alt+c")
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=find)


def test_panels_of_a_narrow_terminal(snap_compare: SnapCompare, path: Path) -> None:
    async def show(pilot: Pilot[int]) -> None:
        await pilot.press("f3")
        await settle(pilot)

    assert snap_compare(Workbench(FakeSession(), path), terminal_size=NARROW, run_before=show)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_help(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await pilot.press("f1")
        await pilot.pause(0.2)

    assert snap_compare(Workbench(FakeSession(), path), terminal_size=size, run_before=show)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_pattern_that_is_none(
    snap_compare: SnapCompare, path: Path, size: tuple[int, int]
) -> None:
    async def find(pilot: Pilot[int]) -> None:
        await pilot.press("ctrl+f", "alt+e", *"(x")
        await settle(pilot)

    assert snap_compare(Workbench(FakeSession(), path), terminal_size=size, run_before=find)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_sequence_that_is_begun(
    snap_compare: SnapCompare, path: Path, size: tuple[int, int]
) -> None:
    config_file().parent.mkdir(exist_ok=True)
    config_file().write_text('[keys]\npreset = "emacs"\n')

    async def begin(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await pilot.press("ctrl+x")
        await settle(pilot)

    assert snap_compare(Workbench(FakeSession(), path), terminal_size=size, run_before=begin)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_key_test(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    async def press(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await pilot.app.run_action("test_keys")
        await pilot.press("f5", "alt+j", "x")
        await settle(pilot)

    assert snap_compare(Workbench(FakeSession(), path), terminal_size=size, run_before=press)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_question(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    """What becomes of changes that are not saved."""

    async def leave(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await pilot.press("x", "ctrl+q")
        await settle(pilot)

    assert snap_compare(Workbench(FakeSession(), path), terminal_size=size, run_before=leave)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_several_programs(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    """In tabs, with the mark of what is not saved, while something runs."""
    session = FakeSession()

    async def edit(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await pilot.press("ctrl+n", *"(f x", "ctrl+r")
        session.emit(CORE)
        await settle(pilot)

    app = Workbench(session, path)
    app.animation_level = "none"
    assert snap_compare(app, terminal_size=size, run_before=edit)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_program_that_reads(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    session = FakeSession()

    async def ask(pilot: Pilot[int]) -> None:
        session.emit(OutputWritten("What is [it]?\n"), InputRequested(1, "name [/x]: "))
        await settle(pilot)

    assert snap_compare(Workbench(session, path), terminal_size=size, run_before=ask)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_completion(snap_compare: SnapCompare, path: Path, size: tuple[int, int]) -> None:
    session = FakeSession()
    counter = VariableView("total", "list_", "([a b] [/x])", 1)

    async def complete(pilot: Pilot[int]) -> None:
        session.emit(CORE, VariablesChanged((counter,)))
        await settle(pilot)
        await pilot.press("ctrl+end", *"(defun tally (x (y 2)) (t", "tab", "down", "down")
        await settle(pilot)

    app = Workbench(session, path)
    assert snap_compare(app, terminal_size=size, run_before=complete)
