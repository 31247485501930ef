from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.workbench.app.conftest import Build
from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.repl import Prompt, Repl
from workbench.app.transcript import Transcript
from workbench.runtime.protocol import ErrorView, InputRequested, OutputWritten

KEYS = {"(": "left_parenthesis", ")": "right_parenthesis", " ": "space", "\n": "enter", "+": "plus"}


async def write(pilot: Pilot[int], text: str) -> None:
    for character in text:
        await pilot.press(KEYS.get(character, character))


def prompt_of(pilot: Pilot[int]) -> Prompt:
    return pilot.app.query_one(Prompt)


def transcript_of(pilot: Pilot[int]) -> str:
    app = pilot.app
    assert isinstance(app, Workbench)
    app.drain()
    return app.query_one(Transcript).text


async def test_enter_submits_what_is_complete(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(+ 1 2)\n")

        assert [(e.source, e.origin) for e in session.evaluated] == [("(+ 1 2)", "<repl 1>")]
        assert transcript_of(pilot) == "λ (+ 1 2)\n=> 3"
        assert prompt_of(pilot).text == ""


async def test_enter_indents_what_is_not(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(list 1\n2)\n")

        assert [e.source for e in session.evaluated] == ["(list 1\n      2)"]


async def test_a_newline_can_always_be_had(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(a)")
        await pilot.press("ctrl+j")
        await write(pilot, "(b)\n")

        assert [e.source for e in session.evaluated] == ["(a)\n(b)"]


async def test_question_and_answer_stay_in_the_transcript(
    build: Build, session: FakeSession
) -> None:
    async with build(None).run_test() as pilot:
        session.emit(InputRequested(1, "Name? "))
        transcript_of(pilot)
        await write(pilot, "ada\n")

        assert transcript_of(pilot) == "Name? ada"
        assert session.answers == [(1, "ada")]


async def test_nothing_is_submitted_from_an_empty_prompt(
    build: Build, session: FakeSession
) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "\n \n")

        assert session.evaluated == []


async def test_history_is_walked_by_prefix(build: Build) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(+ 1 2)\n(foo)\n(bar\n1)\n")
        prompt = prompt_of(pilot)

        await pilot.press("up")
        assert prompt.text == "(bar\n  1)"
        await pilot.press("up", "up")
        assert prompt.text == "(foo)"
        await pilot.press("down", "down")
        assert prompt.text == ""
        await write(pilot, "(+")
        await pilot.press("up")
        assert prompt.text == "(+ 1 2)"


async def test_an_edited_entry_is_a_draft(build: Build) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(a)\n(b)\n")
        prompt = prompt_of(pilot)
        await pilot.press("up", "backspace")
        await pilot.pause()
        await pilot.press("down")
        assert prompt.text == "(b"
        await pilot.press("up")

        assert prompt.text == "(b)"


async def test_brackets_that_closed_themselves_do_not_end_the_input(
    build: Build, session: FakeSession
) -> None:
    """Enter before them opens a line; typed over, they are there, and enter submits."""
    async with build(None).run_test() as pilot:
        await write(pilot, "(defun f (x)\n(+ x 1))\n")
        await pilot.pause()

        assert [e.source for e in session.evaluated] == ["(defun f (x)\n  (+ x 1))"]


async def test_enter_in_the_middle_of_a_line_submits_it(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(f 1)")
        await pilot.press("left", "enter")
        await pilot.pause()

        assert [e.source for e in session.evaluated] == ["(f 1)"]


async def test_what_is_not_complete_can_be_submitted(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(a")
        await pilot.press("delete")
        await pilot.app.run_action("submit")
        await pilot.pause()

        assert [e.source for e in session.evaluated] == ["(a"]


async def test_history_outlives_the_app(build: Build) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(+ 1 2)\n")
    async with build(None).run_test() as pilot:
        await pilot.press("up")
        assert prompt_of(pilot).text == "(+ 1 2)"


async def test_a_program_reads_a_line(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(dra")
        session.emit(InputRequested(7, "name [b]? "))
        transcript_of(pilot)
        assert prompt_of(pilot).text == ""
        assert pilot.app.query_one(Repl).mark.has_class("-reading")

        await write(pilot, "(x\n")

        assert session.answers == [(7, "(x")]
        assert transcript_of(pilot).endswith("(x")
        assert prompt_of(pilot).text == "(dra)"
        assert prompt_of(pilot).cursor_location == (0, 4)
        assert not pilot.app.query_one(Repl).mark.has_class("-reading")


async def test_input_can_be_ended(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        session.emit(InputRequested(7, ""))
        transcript_of(pilot)

        await pilot.press("ctrl+d")

        assert session.answers == [(7, None)]


async def test_an_interrupt_ends_reading(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await write(pilot, "(input)\n")
        session.emit(InputRequested(1, ""))
        transcript_of(pilot)

        await pilot.press("ctrl+c")

        assert session.interrupts == 1
        assert transcript_of(pilot).endswith("interrupted")
        assert not prompt_of(pilot).reading


async def test_the_transcript_is_paged_from_the_prompt(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        session.emit(OutputWritten("line\n" * 100))
        transcript_of(pilot)
        transcript = pilot.app.query_one(Transcript)
        await pilot.pause()
        end = transcript.scroll_offset.y

        await pilot.press("pageup", "pageup")
        assert transcript.scroll_offset.y < end - transcript.size.height
        await pilot.press("pagedown", "pagedown")
        assert transcript.scroll_offset.y == end


@pytest.mark.parametrize("keys", [["1", "enter"], ["f2", "f5"], ["f2", "ctrl+r"]])
async def test_what_is_evaluated_is_followed(
    build: Build, session: FakeSession, program: Path, keys: list[str]
) -> None:
    """Whoever has paged up in the transcript sees what comes of an evaluation all the same."""
    async with build(program).run_test() as pilot:
        await pilot.press("f2")
        session.emit(OutputWritten("line\n" * 100))
        transcript_of(pilot)
        transcript = pilot.app.query_one(Transcript)
        await pilot.press("pageup", "pageup")
        assert not transcript.is_vertical_scroll_end

        await pilot.press(*keys)
        session.emit(OutputWritten("the answer\n"))
        transcript_of(pilot)

        assert session.evaluated
        assert transcript.is_vertical_scroll_end


async def test_a_deleted_line_leaves_no_brackets_that_came_by_themselves(build: Build) -> None:
    async with build(None).run_test() as pilot:
        prompt = prompt_of(pilot)
        await write(pilot, "(a (b")
        assert prompt.text == "(a (b))"
        await pilot.press("ctrl+u")
        assert prompt.text == ""

        prompt.text = "(a)"
        prompt.move_cursor((0, 2))
        await pilot.press("ctrl+u")
        assert prompt.text == ")"


@pytest.mark.parametrize("size", [(120, 40), (60, 16)])
async def test_the_cursor_of_a_long_prompt_is_in_sight(build: Build, size: tuple[int, int]) -> None:
    async with build(None).run_test(size=size) as pilot:
        prompt, repl = prompt_of(pilot), pilot.app.query_one(Repl)
        prompt.insert("(f\n" + "1\n" * 60)
        await pilot.pause()
        row = prompt.cursor_screen_offset.y

        assert repl.region.contains_region(prompt.region)
        assert repl.query_one("#prompt-line").region.contains_region(prompt.region)
        assert prompt.region.y <= row < prompt.region.bottom
        assert prompt.size.height <= repl.size.height // 2

        await pilot.press("ctrl+home")
        await pilot.pause()
        assert prompt.scroll_offset.y == 0


async def test_deleting_a_line_deletes_all_its_rows(build: Build) -> None:
    """As in a shell, however many rows the line takes."""
    async with build(None).run_test() as pilot:
        prompt = prompt_of(pilot)
        prompt.text = "(list " + "abcdefg " * 40
        await pilot.press("ctrl+home", "end")
        assert prompt.cursor_location == prompt.document.end

        await pilot.press("ctrl+u")
        assert prompt.text == ""


async def test_keys_over_the_transcript_go_to_the_prompt(build: Build) -> None:
    async with build(None).run_test() as pilot:
        pilot.app.query_one(Transcript).focus()
        await pilot.press("a", "b")

        assert prompt_of(pilot).text == "ab"
        assert prompt_of(pilot).has_focus


async def test_output_comes_in_one_piece_per_batch(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        session.emit(*(OutputWritten(f"{number}\n") for number in range(3)))
        session.emit(OutputWritten("warning\n", "error"))

        assert transcript_of(pilot) == "0\n1\n2\nwarning"


async def test_the_history_is_searched(build: Build) -> None:
    """By letters in their order; brackets in entries are text."""
    app = build(None)
    async with app.run_test(size=(80, 24)) as pilot:
        for entry in ("(setq [bold] 1)", "(defun twice (x)\n  (* 2 x))", "(+ 1 2)"):
            app.query_one(Prompt).entries.add(entry)
        await pilot.press("ctrl+r")
        await pilot.pause()
        await pilot.press(*"dftwice")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()

        assert app.query_one(Prompt).text == "(defun twice (x)\n  (* 2 x))"
        assert app.query_one(Prompt).has_focus


async def test_a_transcript_is_a_program(build: Build, tmp_path: Path) -> None:
    app = build(None)
    async with app.run_test() as pilot:
        await write(pilot, "(+ 1 2)\n")
        app.drain()
        await app.run_action("save_transcript")
        await pilot.pause()
        app.screen.query_one(Input).value = str(tmp_path / "session.lisp")
        await pilot.press("enter")
        await pilot.pause()

    assert (tmp_path / "session.lisp").read_text() == "(+ 1 2)\n; => 3\n"


async def test_what_failed_is_a_comment_in_a_saved_transcript(
    build: Build, session: FakeSession
) -> None:
    app = build(None)
    async with app.run_test() as pilot:
        for source in ("(later)", "(car 5)", "(endless)"):
            await write(pilot, f"{source}\n")
        session.finish()
        session.fail(ErrorView("car needs a list"))
        await app.run_action("interrupt")
        app.drain()

        assert app.query_one(Transcript).as_program().splitlines() == [
            "(later)",
            "; λ (car 5)",
            "; λ (endless)",
            "; car needs a list",
            "; interrupted",
        ]
