"""The key test."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.workbench.app.conftest import Build
from tests.workbench.fake_session import FakeSession
from workbench.app.editor import Editor
from workbench.app.hanging_text import HangingText
from workbench.app.key_test import KeyTest, is_plain
from workbench.folders import config_file


def arrived(pilot: Pilot[int]) -> list[str]:
    return pilot.app.screen.query_one("#arrived", HangingText).content.plain.split("\n")


def rare(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one("#rare", HangingText).content.plain


async def test_keys_are_shown_and_do_nothing(
    build: Build, program: Path, session: FakeSession
) -> None:
    """Not even those that leave the workbench."""
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.app.run_action("test_keys")
        await pilot.press("f5", "ctrl+r", "ctrl+q", "x", "?", "alt+7", "c", "ctrl+home", "f8")
        await pilot.pause()

        assert arrived(pilot) == [
            "f8                 Show the next of the open programs",
            "ctrl+home          Go to the start of the text",
            "c                  a character; a key of device panel, generation panel, inspector, "
            "loss panel",
            "alt+7              does nothing",
            "question_mark ?    a character",
            "x                  a character; a key of generation panel",
            "ctrl+q             Leave the workbench",
            "ctrl+r             Evaluate the selection, or else the top-level form at the cursor",
            "f5                 Evaluate the whole program in the editor",
        ]
        assert session.evaluated == []
        assert pilot.app.query_one(Editor).text == program.read_text("utf-8")


async def test_escape_twice_closes_it(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.app.run_action("test_keys")
        await pilot.press("escape", "a", "escape")
        assert isinstance(pilot.app.screen, KeyTest)

        await pilot.press("escape", "b")
        assert not isinstance(pilot.app.screen, KeyTest)
        assert pilot.app.query_one(Editor).text.startswith("b(setq")


async def test_sequences_and_keys_that_some_terminals_lack(build: Build, program: Path) -> None:
    config_file().parent.mkdir(exist_ok=True)
    config_file().write_text('[keys.map]\nrun = "f9 r"\nsave = "ctrl+enter"\n')
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.app.run_action("test_keys")
        await pilot.press("f9", "ctrl+enter")
        await pilot.pause()

        assert arrived(pilot)[::-1] == [
            "f9                 begins a sequence: r Run",
            "ctrl+enter         Save the program",
        ]
        lines = [line.strip() for line in rare(pilot).split("\n")]
        assert "ctrl+enter  Save the program  (it has no other key)" in lines
        assert (
            "ctrl+slash  editor and prompt: Comment the selected lines, or take their comment "
            "marks away" in lines
        )


@pytest.mark.parametrize(
    "key",
    ["f5", "ctrl+j", "alt+x", "x", "question_mark", "shift+tab", "ctrl+left", "ctrl+x ctrl+s"],
)
def test_a_plain_terminal_sends_it(key: str) -> None:
    assert is_plain(key)


@pytest.mark.parametrize(
    "key",
    ["ctrl+enter", "shift+enter", "alt+enter", "ctrl+h", "alt+b", "ctrl+shift+k", "f5 ctrl+i"],
)
def test_a_plain_terminal_does_not_send_it(key: str) -> None:
    assert not is_plain(key)
