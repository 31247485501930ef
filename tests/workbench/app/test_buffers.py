"""Several programs open at once."""

import os
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Tab, Tabs

from tests.workbench.app.conftest import Build, answer_question
from tests.workbench.fake_session import FakeSession
from workbench.app.buffers import Buffers
from workbench.app.dialogs import AskPath, Choice
from workbench.app.editor import Editor
from workbench.app.panels.base import OpenLocation
from workbench.runtime.protocol import ErrorView, EvaluationFailed


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other[b].lisp"
    path.write_text("(other)\n", "utf-8")
    return path


def shown(pilot: Pilot[Any]) -> Editor:
    return pilot.app.query_one("Editor.-current", Editor)


def tabs(pilot: Pilot[Any]) -> list[str]:
    return [str(tab.label) for tab in pilot.app.query_one("Buffers Tabs", Tabs).query(Tab)]


async def open_file(pilot: Pilot[Any], path: Path) -> None:
    await pilot.press("ctrl+o")
    await pilot.pause()
    assert isinstance(pilot.app.screen, AskPath)
    await answer_question(pilot, str(path))


async def test_files_open_beside_each_other(build: Build, program: Path, other: Path) -> None:
    """Each keeps its text, its cursor and its undo history; names are shown as they are."""
    async with build(program).run_test(size=(120, 40)) as pilot:
        assert not pilot.app.query_one("Buffers Tabs").display
        await pilot.press("x")
        await open_file(pilot, other)

        assert pilot.app.query_one("Buffers Tabs").display
        assert tabs(pilot) == ["program.lisp ●", "other[b].lisp"]
        assert shown(pilot).text == "(other)\n"
        assert shown(pilot).has_focus

        await pilot.press("f8")
        assert shown(pilot).text.startswith("x(setq")
        await pilot.press("ctrl+z")
        assert tabs(pilot) == ["program.lisp", "other[b].lisp"]


async def test_an_open_file_is_shown_again(build: Build, program: Path, other: Path) -> None:
    async with build(program).run_test() as pilot:
        await open_file(pilot, other)
        await open_file(pilot, program)

        assert len(tabs(pilot)) == 2
        assert shown(pilot).path == program


async def test_an_empty_program_makes_room(build: Build, program: Path) -> None:
    async with build(None).run_test() as pilot:
        await open_file(pilot, program)

        assert tabs(pilot) == ["program.lisp"]


async def test_closing_asks_and_leaves_an_empty_one(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("x", "alt+x")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Choice)
        assert "program.lisp has changes" in pilot.app.screen.question
        await pilot.click("#discard")
        await pilot.pause()

        assert tabs(pilot) == ["untitled"]
        assert shown(pilot).text == ""
        assert shown(pilot).has_focus
        assert program.read_text("utf-8").startswith("(setq")


async def test_leaving_names_all_that_is_unsaved(build: Build, program: Path, other: Path) -> None:
    app = build(program)
    async with app.run_test() as pilot:
        await pilot.press("x")
        await open_file(pilot, other)
        await pilot.press("y", "ctrl+q")
        await pilot.pause()
        assert isinstance(app.screen, Choice)
        assert "program.lisp, other[b].lisp have changes" in app.screen.question
        await pilot.click("#save")
        await pilot.pause()

    assert program.read_text("utf-8").startswith("x(setq")
    assert other.read_text("utf-8").startswith("y(other")
    assert app.return_code == 0


async def test_errors_are_marked_where_they_belong(
    build: Build, program: Path, other: Path, session: FakeSession
) -> None:
    async with build(program).run_test() as pilot:
        await open_file(pilot, other)
        error = ErrorView("broken", str(program), 4, 1, 4, 6)
        session.emit(EvaluationFailed(1, error, 0.0))
        pilot.app.drain()  # type: ignore[attr-defined]
        pilot.app.post_message(OpenLocation(str(program), 4, 2))
        await pilot.pause()

        assert shown(pilot).path == program
        assert shown(pilot).cursor_location == (3, 1)
        assert any(span.style for span in shown(pilot).get_line(3).spans)


async def test_a_file_that_others_write_is_offered(build: Build, program: Path) -> None:
    """The text here stays until the user says otherwise, and comes back by undo."""
    app = build(program)
    async with app.run_test() as pilot:
        await pilot.press("x")
        program.write_text("(theirs)\n", "utf-8")
        os.utime(program, ns=(1, 1))
        app.watch_files()
        await pilot.pause()
        assert isinstance(app.screen, Choice)
        assert "Your own changes" in app.screen.question
        await pilot.click("#reload")
        await pilot.pause()

        assert shown(pilot).text == "(theirs)\n"
        assert not shown(pilot).unsaved
        await pilot.press("ctrl+z")
        assert shown(pilot).text.startswith("x(setq")
        app.watch_files()
        await pilot.pause()
        assert not app.screen.is_modal


async def test_our_own_saving_is_no_news(build: Build, program: Path) -> None:
    app = build(program)
    async with app.run_test() as pilot:
        await pilot.press("x", "ctrl+s")
        await pilot.pause()
        app.watch_files()
        await pilot.pause()

        assert not app.screen.is_modal
        assert app.query_one(Buffers).unsaved == []


def test_files_are_not_watched_without_a_screen(build: Build) -> None:
    build(None).watch_files()
