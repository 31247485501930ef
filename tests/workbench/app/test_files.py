"""Files are opened, saved and left."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from tests.workbench.app.conftest import Build, answer_question, status
from tests.workbench.fake_session import FakeSession
from workbench.app.dialogs import AskPath, Choice
from workbench.app.editor import Editor


@pytest.mark.parametrize(("answer", "text"), [("save", "x(setq"), ("discard", "(setq")])
async def test_quit_asks_about_unsaved_changes(
    build: Build, program: Path, session: FakeSession, answer: str, text: str
) -> None:
    app = build(program)
    async with app.run_test() as pilot:
        await pilot.press("x", "ctrl+q")
        await pilot.pause()
        assert isinstance(app.screen, Choice)
        app.screen.query_one(f"#{answer}", Button).press()
        await pilot.pause()

    assert app.return_code == 0
    assert program.read_text("utf-8").startswith(text)
    assert session.closed


async def test_quit_can_be_cancelled(build: Build, program: Path) -> None:
    app = build(program)
    async with app.run_test() as pilot:
        await pilot.press("x", "ctrl+q")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()

        assert app.is_running
        assert app.query_one(Editor).text.startswith("x")


async def test_open_takes_another_file(build: Build, program: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.lisp"
    other.write_text("(other)")
    app = build(program)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert isinstance(app.screen, AskPath)
        await answer_question(pilot, str(other))

        assert app.query_one("Editor.-current", Editor).text == "(other)"
        assert "other.lisp" in status(pilot)


@pytest.mark.parametrize(("answer", "text"), [("replace", "(setq"), ("cancel", "(other)")])
async def test_another_file_is_not_replaced_unasked(
    build: Build, program: Path, tmp_path: Path, answer: str, text: str
) -> None:
    other = tmp_path / "other.lisp"
    other.write_text("(other)")
    app = build(program)
    async with app.run_test() as pilot:
        await app.run_action("save_as")
        await pilot.pause()
        await answer_question(pilot, str(other))
        app.screen.query_one(f"#{answer}", Button).press()
        await pilot.pause()

    assert other.read_text("utf-8").startswith(text)


async def test_hidden_code_is_warned_of(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "a.lisp"
    path.write_text(";; one\n(a)\n;; two\n")
    async with build(path).run_test(size=(120, 40)) as pilot:
        assert "the comment in line 1 hides code" in status(pilot)
        await pilot.press("delete")

        assert "hides" not in status(pilot)
