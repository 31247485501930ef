"""Programs are run from the app, stopped, and replaced when they do not answer."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from tests.workbench.app.conftest import Build, drained, status
from tests.workbench.fake_session import FakeSession
from torch_lib.events import GenerationFinished, GenerationStarted
from workbench.app.dialogs import Choice
from workbench.app.editor import Editor
from workbench.app.panel_area import PanelArea
from workbench.app.panels.base import OpenLocation
from workbench.app.panels.errors import ErrorsPanel
from workbench.app.panels.generation import GenerationPanel
from workbench.app.repl import Prompt
from workbench.app.transcript import Transcript
from workbench.runtime.protocol import (
    ErrorView,
    InputRequested,
    SessionRestarted,
    SessionUnresponsive,
)


async def stop_twice(pilot: Pilot[int]) -> None:
    """Ask an evaluator that does not obey to stop, and once more: a restart is offered."""
    await pilot.press("f5", "ctrl+c", "ctrl+c")
    await pilot.pause()
    assert isinstance(pilot.app.screen, Choice)


async def test_f5_runs_the_program_under_its_path(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("f5")

        assert [(e.source, e.origin) for e in session.evaluated] == [
            (program.read_text("utf-8"), str(program))
        ]


async def test_an_error_is_told_and_the_app_goes_on(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("f5")
        session.fail(ErrorView("bad [b] w [/x]", str(program), 5, 1, 5, 6, "(f 2)"))
        app = drained(pilot)
        await pilot.pause()

        assert "bad [b] w [/x]" in app.query_one(Transcript).text
        assert f"{program}:5:1" in app.query_one(Transcript).text
        assert not app.pending


async def test_ctrl_c_stops_what_runs_and_copies_otherwise(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("shift+right", "shift+right", "ctrl+c")
        assert pilot.app.clipboard == "(s"
        assert session.interrupts == 0

        await pilot.press("f5", "ctrl+c")
        assert session.interrupts == 1
        assert not drained(pilot).pending


async def test_a_second_stop_offers_a_fresh_evaluator(
    build: Build, program: Path, session: FakeSession
) -> None:
    session.obedient = False
    async with build(program).run_test() as pilot:
        await stop_twice(pilot)
        assert session.interrupts == 1

        await pilot.press("enter")
        await pilot.pause()

        assert session.restarts == 1
        app = drained(pilot)
        assert "The evaluator was restarted." in app.query_one(Transcript).text
        assert app.query_one(Editor).text == program.read_text("utf-8")
        assert not app.pending


async def test_a_silent_evaluator_is_said_and_waited_for(
    build: Build, program: Path, session: FakeSession
) -> None:
    session.obedient = False
    async with build(program).run_test() as pilot:
        await pilot.press("f5", "ctrl+c")
        session.emit(SessionUnresponsive(2.0))
        assert "no answer for" in status(pilot)
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()

        assert session.restarts == 0
        session.finish("1")
        assert "no answer" not in status(pilot)


async def test_the_offer_goes_away_when_the_program_ends(
    build: Build, program: Path, session: FakeSession
) -> None:
    session.obedient = False
    async with build(program).run_test() as pilot:
        await stop_twice(pilot)

        session.finish("1")
        drained(pilot)
        await pilot.pause()

        assert not isinstance(pilot.app.screen, Choice)
        assert session.restarts == 0


async def test_a_request_for_input_brings_the_prompt_back(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(80, 24)) as pilot:
        await pilot.press("f5", "f3")
        await pilot.pause()
        session.emit(InputRequested(1, "name"))
        drained(pilot)
        await pilot.pause()

        assert pilot.app.query_one(Prompt).region.area
        assert pilot.app.query_one(Prompt).has_focus


async def test_a_crash_of_the_evaluator_is_a_message(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        for key in ("x", "enter"):
            await pilot.press(key)
        session.emit(SessionRestarted("The evaluator was killed by signal 9."))
        app = drained(pilot)

        assert "killed by signal 9. Definitions" in app.query_one(Transcript).text
        assert not app.pending


async def test_an_evaluation_brings_its_panel_up_once(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        area = pilot.app.query_one(PanelArea)
        await pilot.press("f5")
        session.emit(GenerationStarted("Once", 1, 10))
        drained(pilot)
        await pilot.pause()
        assert isinstance(area.current, GenerationPanel)

        area.show(ErrorsPanel)
        session.emit(GenerationStarted("Twice", 1, 10))
        drained(pilot)
        await pilot.pause()
        assert isinstance(area.current, ErrorsPanel)


async def test_a_generation_is_repeated_from_its_panel(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        session.evaluate("(talk)", "chat.lisp")
        session.emit(GenerationStarted("Once", 1, 10), GenerationFinished(0, 0.1, "end"))
        session.finish()
        await pilot.pause(0.2)
        await pilot.press("f3", "r")
        await pilot.pause()

        assert [(one.source, one.origin) for one in session.evaluated[1:]] == [
            ("(talk)", "chat.lisp")
        ]


async def test_a_frame_of_the_prompt_brings_back_what_was_typed(
    build: Build, session: FakeSession
) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        prompt = pilot.app.query_one(Prompt)
        prompt.text = "(list 1\n  (oops))"
        prompt.move_cursor(prompt.document.end)
        await pilot.press("enter")
        session.fail(ErrorView("Unbound atom: 'oops'", "<repl 1>", 2, 3, 2, 9, "  (oops))"))
        drained(pilot)
        pilot.app.post_message(OpenLocation("<repl 1>", 2, 3))
        await pilot.pause()

        assert prompt.text == "(list 1\n  (oops))"
        assert prompt.cursor_location == (1, 2)
        assert prompt.has_focus
