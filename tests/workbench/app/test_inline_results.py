from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.workbench.app.conftest import Build
from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.drawable import shortened
from workbench.app.editor import Editor
from workbench.app.inline_results import one_line
from workbench.app.repl import Prompt
from workbench.runtime.protocol import ErrorView


def editor_of(pilot: Pilot[int]) -> Editor:
    return pilot.app.query_one(Editor)


async def shown(pilot: Pilot[int], row: int) -> str:
    """What stands in a row of the editor, behind the line number."""
    app = pilot.app
    assert isinstance(app, Workbench)
    await pilot.pause()
    app.drain()
    editor = editor_of(pilot)
    return editor.render_line(row - editor.scroll_offset.y).text[editor.gutter_width :].rstrip()


async def evaluate(pilot: Pilot[int], session: FakeSession, value: str | None) -> None:
    """Evaluate ``(+ x 1)`` of the program with ctrl+e."""
    editor_of(pilot).move_cursor((3, 9))
    await pilot.press("ctrl+e")
    await pilot.pause()
    session.finish(value)


async def test_a_result_stands_beside_its_form(
    build: Build, program: Path, session: FakeSession
) -> None:
    """The text stays as it is; the next evaluation takes the place, an edit ends it."""
    async with build(program).run_test(size=(120, 40)) as pilot:
        editor = editor_of(pilot)
        before = editor.text
        await evaluate(pilot, session, "3")
        assert await shown(pilot, 3) == "  (+ x 1))  => 3"
        await evaluate(pilot, session, "[b] 4\n5")
        assert await shown(pilot, 3) == "  (+ x 1))  => [b] 4 5"
        assert editor.text == before
        assert not editor.unsaved

        await pilot.press("x")
        assert await shown(pilot, 3) == "  (+ x 1)x)"


async def test_results_go_along_with_their_lines(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        editor = editor_of(pilot)
        await evaluate(pilot, session, "3")

        editor.move_cursor((0, 0))
        await pilot.press("enter")
        assert await shown(pilot, 4) == "  (+ x 1))  => 3"
        editor.move_cursor((4, 10))
        await pilot.press("enter")
        assert await shown(pilot, 4) == "  (+ x 1))  => 3"
        await pilot.press("ctrl+z", "ctrl+z")
        assert await shown(pilot, 3) == "  (+ x 1))  => 3"
        assert await shown(pilot, 4) == "(f 2)"


async def test_what_runs_is_marked(
    build: Build, program: Path, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without animations the mark stands still."""
    async with build(program).run_test(size=(120, 40)) as pilot:
        pilot.app.animation_level = "none"
        await pilot.press("ctrl+end", "ctrl+r")
        assert await shown(pilot, 4) == "(f 2)  …"

        pilot.app.animation_level = "full"
        assert (await shown(pilot, 4)).removeprefix("(f 2)  ") in set("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

        session.interrupt()
        assert await shown(pilot, 4) == "(f 2)  interrupted"


async def test_an_error_stands_beside_the_form(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+end", "ctrl+r")
        await pilot.pause()
        session.fail(ErrorView("no [/] f\nhere", str(program), 5, 1, 5, 6, "(f 2)"))

        assert await shown(pilot, 4) == "(f 2)  ✗ no [/] f here"
        spans = editor_of(pilot).get_line(4).spans
        assert any(getattr(span.style, "underline", False) for span in spans)


async def test_an_error_of_the_whole_program_stands_beside_its_line(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await evaluate(pilot, session, "3")
        await shown(pilot, 3)
        await pilot.press("f5")
        session.fail(ErrorView("no", str(program), 1, 1, 1, 5, "(setq"))

        assert await shown(pilot, 0) == '(setq λx "é(")  ✗ no'
        assert await shown(pilot, 3) == "  (+ x 1))"


async def test_a_fresh_evaluator_owes_no_results(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+end", "ctrl+r")
        await pilot.pause()
        session.restart()

        assert await shown(pilot, 4) == "(f 2)"


async def test_a_form_without_a_value_is_done(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await evaluate(pilot, session, None)

        assert await shown(pilot, 3) == "  (+ x 1))  ✓"


async def test_long_results_are_cut(build: Build, program: Path, session: FakeSession) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await evaluate(pilot, session, "12345 " * 100)

        text = await shown(pilot, 3)
        assert text.startswith("  (+ x 1))  => 12345 12345")
        assert text.endswith("…")
        assert len(text) <= editor_of(pilot).scrollable_content_region.width


async def test_a_selection_is_evaluated_at_its_place(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        editor = editor_of(pilot)
        editor.move_cursor((1, 0))
        editor.move_cursor((5, 0), select=True)
        await pilot.press("ctrl+r")
        await pilot.pause()
        session.finish("7")

        assert session.evaluated[0].source == "\n\n(defun f (x)\n  (+ x 1))\n(f 2)"
        assert (await shown(pilot, 4)).endswith("(f 2)  => 7")


async def test_a_form_goes_to_the_prompt(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        prompt = pilot.app.query_one(Prompt)
        prompt.text = "(draft"
        editor_of(pilot).move_cursor((3, 2))
        await pilot.press("alt+r")
        await pilot.pause()

        assert prompt.text == "(defun f (x)\n  (+ x 1))"
        assert prompt.has_focus
        await pilot.press("ctrl+z")
        assert prompt.text == "(draft"


async def test_a_selection_goes_to_the_prompt_without_its_margin(
    build: Build, tmp_path: Path
) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = editor_of(pilot)
        editor.text = "(a\n  (b\n    c))"
        editor.move_cursor((0, 2))
        editor.move_cursor((2, 6), select=True)
        await pilot.press("alt+r")
        await pilot.pause()

        assert pilot.app.query_one(Prompt).text == "(b\n  c)"


def test_a_value_takes_one_line_and_no_control_codes() -> None:
    assert one_line("a\n\tb \x1b[31mred\x1b[0m\x07\u202e") == "a b red��"


def test_a_result_fits_its_room() -> None:
    assert shortened("=> 123", 6) == "=> 123"
    assert shortened("=> 1234", 6) == "=> 12…"
    assert shortened("漢字漢字", 6) == "漢字…"
