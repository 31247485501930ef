"""Keys that act only one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, Static
from textual.widgets._footer import FooterKey

from tests.workbench.app.conftest import Build
from workbench.app.app import Workbench
from workbench.app.dialogs import AskPath
from workbench.app.editor import Editor
from workbench.app.key_line import KeyLine
from workbench.app.key_sequences import KeySequence
from workbench.app.keymap import chosen_keymap
from workbench.app.repl import Prompt
from workbench.folders import config_file
from workbench.settings import KeySettings


@pytest.fixture
def emacs(_own_folders: None) -> None:
    config_file().parent.mkdir(exist_ok=True)
    config_file().write_text('[keys]\npreset = "emacs"\n')


def foot(pilot: Pilot[int]) -> list[str]:
    """What was pressed so far, then the keys at the foot of the screen."""
    begun = [str(sign.content) for sign in pilot.app.query("#begun").results(Static)]
    return begun + [key.key_display for key in pilot.app.query_one(KeyLine).query(FooterKey)]


def test_keys_are_gathered_until_they_are_whole() -> None:
    bound = ["ctrl+x ctrl+s", "ctrl+x k l", "f5"]
    keys = KeySequence()

    assert [keys.take(key, bound) for key in ("f5", "ctrl+x", "ctrl+s", "ctrl+s")] == [
        "f5",
        None,
        "ctrl+x ctrl+s",
        "ctrl+s",
    ]
    assert [keys.take(key, bound) for key in ("ctrl+x", "k", "l")] == [None, None, "ctrl+x k l"]
    assert [keys.take(key, bound) for key in ("ctrl+x", "f5", "f5")] == [None, None, "f5"]
    assert [keys.take(key, bound) for key in ("ctrl+x", "escape", "escape")] == [
        None,
        None,
        "escape",
    ]


async def test_a_sequence_saves(build: Build, program: Path, emacs: None) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("y", "ctrl+x", "ctrl+s", "z")
        await pilot.pause()

        assert program.read_text("utf-8").startswith("y(setq")
        assert pilot.app.query_one(Editor).text.startswith("yz(setq")


async def test_questions_are_left_as_in_emacs(build: Build, program: Path, emacs: None) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        usual = pilot.app.screen
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert isinstance(pilot.app.screen, AskPath)
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert pilot.app.screen is usual

        await pilot.press("ctrl+s", "ctrl+g", "z")
        assert pilot.app.query_one(Editor).text.startswith("z")


async def test_a_sequence_that_is_begun_shows_how_it_goes_on(
    build: Build, program: Path, emacs: None
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        usual = foot(pilot)
        await pilot.press("ctrl+x")
        await pilot.pause()
        assert foot(pilot)[0] == "^x …"
        assert {"^s", "^f", "^c", "k", "o"} <= set(foot(pilot))
        assert all(key.render().plain.endswith(" ") for key in pilot.app.query(FooterKey))

        await pilot.press("escape")
        await pilot.pause()
        assert foot(pilot) == usual
        assert pilot.app.query_one(Editor).text == program.read_text("utf-8")


async def test_letters_of_a_sequence_are_not_typed(
    build: Build, program: Path, emacs: None
) -> None:
    """A key that continues none is told and does nothing else."""
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+x", "q", "ctrl+x", "o", "ctrl+x", "h")
        await pilot.pause()

        assert pilot.app.query_one(Prompt).has_focus
        assert pilot.app.query_one(Editor).text == program.read_text("utf-8")
        assert [one.message for one in pilot.app._notifications] == ["^x q does nothing here."]


async def test_where_no_sequence_is_bound_its_first_key_acts(
    build: Build, program: Path, emacs: None
) -> None:
    """Ctrl+x cuts in a dialog, whose keys are the usual ones."""
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+x", "ctrl+f", *"path", "ctrl+a", "shift+end", "ctrl+x")
        await pilot.pause()

        assert isinstance(pilot.app.screen, AskPath)
        assert foot(pilot)[:1] != ["^x …"]
        assert pilot.app.clipboard == "path"


async def test_the_palette_shows_and_runs_sequences(
    build: Build, program: Path, emacs: None
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+x")
        await pilot.pause()
        assert isinstance(pilot.app, Workbench)
        offered = {command.title: command.key for command in pilot.app.offered}

    assert offered["Save"] == "^x ^s"
    assert offered["Next program"] == "F8 or ^x →"


async def test_keys_of_the_screen_below_the_palette_rest(build: Build, program: Path) -> None:
    """A letter with alt is not typed into its line, and F2 leads nowhere."""
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p", "s", "alt+x", "alt+j", "f2", "a")
        await pilot.pause()
        line = pilot.app.screen.query_one(Input)
        assert isinstance(pilot.app.screen, CommandPalette)
        assert line.value == "sa"
        assert line.has_focus

        await pilot.press("escape", "f2")
        assert pilot.app.query_one(Prompt).has_focus


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"run": "ctrl+x r"},
            "'ctrl+x' is the key of 'code.cut', but begins 'ctrl+x r', the keys of 'run'",
        ),
        (
            {"run": "f9 r", "save": "f9"},
            "'f9' is the key of 'save', but begins 'f9 r', the keys of 'run'",
        ),
        (
            {"run": "g r"},
            "'keys.map.run' is \"g r\", but 'g r' begins with a character that is typed; "
            "a sequence begins with ctrl, alt or a function key",
        ),
        (
            {"run": "f9 contrl+x"},
            "'keys.map.run' is \"f9 contrl+x\", 'contrl+x' is no key; did you mean 'ctrl+x'?",
        ),
    ],
)
def test_a_mistake_in_a_sequence_is_one_sentence(given: dict[str, str], sentence: str) -> None:
    assert chosen_keymap(KeySettings(map=given))[1] == [sentence]


def test_a_sequence_is_written_as_on_the_keyboard() -> None:
    assert chosen_keymap(KeySettings(map={"run": "F9  Ctrl+R, f5"})) == (
        {"run": "f9 ctrl+r,f5"},
        [],
    )
