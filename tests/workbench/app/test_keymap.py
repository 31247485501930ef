"""Keys of the user's own: what they do, what is shown of them, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.workbench.app.conftest import Build
from tests.workbench.fake_session import FakeSession
from workbench.app.commands import commands, help_page
from workbench.app.editor import Editor
from workbench.app.keymap import PRESETS, bindings_by_id, chosen_keymap, conflicts, is_key
from workbench.app.repl import Prompt
from workbench.folders import config_file
from workbench.settings import KeySettings


def configure(source: str) -> None:
    config_file().parent.mkdir(exist_ok=True)
    config_file().write_text(source)


def told_help(pilot: Pilot[int]) -> str:
    return help_page(pilot.app.screen, None).plain


async def test_a_key_of_ones_own_does_what_it_is_told(
    build: Build, program: Path, session: FakeSession
) -> None:
    configure('[keys.map]\nrun = "f9, ctrl+t"\n')
    async with build(program).run_test() as pilot:
        await pilot.press("f5")
        assert session.evaluated == []

        await pilot.press("ctrl+t")
        assert len(session.evaluated) == 1
        session.finish()
        await pilot.press("f9")
        assert session.evaluated[-1].origin == str(program)


async def test_help_and_palette_show_the_real_keys(build: Build, program: Path) -> None:
    configure('[keys.map]\nrun = "f9,ctrl+t"\npanel.next = "alt+n"\n')
    async with build(program).run_test(size=(120, 40)) as pilot:
        shown = {command.title: command.key for command in commands(pilot.app.screen)}

        assert shown["Run"] == "F9 or ^t"
        assert shown["Next panel"] == "alt+n"
        assert "F9 or ^t  Evaluate the whole program" in told_help(pilot)
        assert "Cut the selection" not in told_help(pilot)


async def test_in_the_emacs_preset_keys_move_as_they_do_there(build: Build, program: Path) -> None:
    configure('[keys]\npreset = "emacs"\n')
    async with build(program).run_test(size=(120, 40)) as pilot:
        editor = pilot.app.query_one(Editor)
        await pilot.press("ctrl+n", "ctrl+n", "ctrl+e")
        assert editor.cursor_location == (2, 12)
        await pilot.press("ctrl+b", "ctrl+p", "ctrl+n", "ctrl+a", "ctrl+f", "alt+d")
        assert editor.document[2] == "( f (x)"
        await pilot.press("ctrl+k")
        assert editor.document[2] == "("
        await pilot.press("ctrl+underscore")
        assert editor.document[2] == "(defun f (x)"
        assert "^e" in told_help(pilot)


async def test_in_the_emacs_preset_the_prompt_walks_through_its_history(build: Build) -> None:
    configure('[keys]\npreset = "emacs"\n')
    async with build(None).run_test() as pilot:
        prompt = pilot.app.query_one(Prompt)
        prompt.entries.add("(first)")
        await pilot.press("ctrl+p")
        assert prompt.text == "(first)"
        await pilot.press("ctrl+n")
        assert prompt.text == ""


async def test_mistakes_are_told_when_the_app_starts(build: Build) -> None:
    configure('[keys.map]\nrum = "f9"\nsave = "ctrl+o"\n')
    app = build(None)
    async with app.run_test() as pilot:
        await pilot.pause()
        told = [notice.message for notice in app._notifications]

    assert told == [
        "config.toml: 'keys.map.rum' is no name of a command; did you mean 'run'?",
        "config.toml: 'ctrl+o' is the key of 'open' and of 'save'",
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"nonsense": "f9"}, "'keys.map.nonsense' is no name of a command"),
        ({"run": "control+t"}, "'keys.map.run' is \"control+t\", 'control+t' is no key"),
        ({"run": "f5,"}, "'keys.map.run' is \"f5,\", '' is no key"),
        (
            {"run": "pagdown"},
            "'keys.map.run' is \"pagdown\", 'pagdown' is no key; did you mean 'pagedown'?",
        ),
        ({"run": "f25"}, "'keys.map.run' is \"f25\", 'f25' is no key"),
        ({"run": "ctrl+s"}, "'ctrl+s' is the key of 'run' and of 'save'"),
        ({"run": "ctrl+k"}, "'ctrl+k' is the key of 'code.delete-to-line-end' and of 'run'"),
        ({"run": "f9", "zoom": "f9"}, "'f9' is the key of 'run' and of 'zoom'"),
        ({"prompt.newline": "f5"}, "'f5' is the key of 'prompt.newline' and of 'run'"),
    ],
)
def test_a_mistake_is_one_sentence(given: dict[str, str], sentence: str) -> None:
    _, mistakes = chosen_keymap(KeySettings(map=given))

    assert len(mistakes) == 1
    assert mistakes[0].startswith(sentence)


@pytest.mark.parametrize(
    "given",
    [
        {"run": "f5,ctrl+t"},
        {"save": "ctrl+o", "open": "ctrl+s"},
        {"loss.smoothed": "h"},
        {"editor.eval-top-form": "ctrl+j"},
        {"help": "?"},
    ],
)
def test_what_can_be_told_apart_is_no_mistake(given: dict[str, str]) -> None:
    """Keys that changed places, and those of panes that never have the focus together."""
    assert chosen_keymap(KeySettings(map=given)) == (given, [])


def test_keys_may_be_written_as_they_stand_on_the_keyboard() -> None:
    given = {"run": "F5, Ctrl+T", "code.comment": "ctrl+/", "help": "A"}

    assert chosen_keymap(KeySettings(map=given)) == (
        {"run": "f5,ctrl+t", "code.comment": "ctrl+slash", "help": "A"},
        [],
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_whole(preset: str) -> None:
    """Every name is one, every key is one, and no key does two things in one place.

    What interrupts may leave a question when nothing runs.
    """
    keymap, known = PRESETS[preset], bindings_by_id()

    assert set(keymap) <= set(known)
    assert all(is_key(key) for keys in keymap.values() for key in keys.split(","))
    told = conflicts(keymap, known, set(keymap))
    assert [one for one in told if "'interrupt'" not in one] == []


def test_every_binding_has_a_name_of_its_own() -> None:
    """And every usual key is a key."""
    for _, binding in bindings_by_id().values():
        assert binding.tooltip
        assert all(is_key(key) for key in binding.key.split(","))


async def test_a_changed_key_acts_once(build: Build, program: Path) -> None:
    """Although the usual keys of the command were several."""
    configure('[keys.map]\ncode.delete-word-left = "alt+h,f9"\n')
    async with build(program).run_test(size=(120, 40)) as pilot:
        editor = pilot.app.query_one(Editor)
        editor.load_text("one two three")
        editor.move_cursor((0, 13))
        await pilot.press("alt+h")
        assert editor.text == "one two "
        await pilot.press("f9")
        assert editor.text == "one "
        await pilot.press("ctrl+w")
        assert editor.text == "one "


async def test_a_program_is_indented_as_the_settings_say(build: Build) -> None:
    configure("[editor]\nindent_width = 4\n")
    async with build(None).run_test(size=(120, 40)) as pilot:
        editor = pilot.app.query_one(Editor)
        editor.focus()
        editor.load_text("(defun f (x)")
        editor.move_cursor((0, 12))
        await pilot.press("enter")

        assert editor.text == "(defun f (x)\n    "
