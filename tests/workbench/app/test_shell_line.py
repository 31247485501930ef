"""Lines for the shell at the prompt."""

from __future__ import annotations

import time

from textual.pilot import Pilot

from tests.workbench.app.conftest import Build
from tests.workbench.fake_session import FakeSession
from workbench.app.repl import Repl
from workbench.folders import config_file


def allow() -> None:
    config_file().parent.mkdir(exist_ok=True)
    config_file().write_text("[repl]\nshell_lines = true\n")


async def see(pilot: Pilot[int], words: str) -> str:
    """The transcript as soon as it holds ``words``."""
    transcript = pilot.app.query_one(Repl).transcript
    end = time.monotonic() + 20
    while words not in transcript.text and time.monotonic() < end:
        await pilot.pause(0.05)
    assert words in transcript.text
    return transcript.text


async def submit(pilot: Pilot[int], line: str) -> None:
    pilot.app.query_one(Repl).prompt.text = line
    pilot.app.query_one(Repl).prompt.move_cursor((0, len(line)))
    await pilot.press("enter")


async def test_a_command_tells_its_output_and_how_it_failed(
    build: Build, session: FakeSession
) -> None:
    allow()
    async with build(None).run_test() as pilot:
        await submit(pilot, '!printf "%s\\n" "[b](x" >&2; exit 3')
        text = await see(pilot, "exit status 3")

        assert "[b](x\nexit status 3" in text
        assert session.evaluated == []


async def test_a_command_is_stopped(build: Build) -> None:
    """With the processes that it has started; the prompt is free while it runs."""
    allow()
    async with build(None).run_test() as pilot:
        await submit(pilot, "!echo begun; sleep 60 | cat; echo not reached")
        await see(pilot, "begun")
        await pilot.press("(", "ctrl+c")
        text = await see(pilot, "exit status -15")

        assert "\nnot reached" not in text
        assert pilot.app.query_one(Repl).prompt.text == "()"


async def test_without_the_setting_it_is_lisp(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await submit(pilot, "!ls")

        assert [one.source for one in session.evaluated] == ["!ls"]
