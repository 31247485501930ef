"""Help: what F1 tells of a panel or a name, examples to try, the search for names."""

from __future__ import annotations

import re

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot

from tests.workbench.app.conftest import CORE, Build
from tests.workbench.fake_session import FakeSession
from torch_lib.events import Metric
from workbench.app.app import Workbench
from workbench.app.commands import SCORE_OF_HELP
from workbench.app.dialogs import Help
from workbench.app.doc_search import BEHIND_COMMANDS, BEHIND_NAMES, IN_PALETTE, fitting
from workbench.app.editor import Editor
from workbench.app.repl import Prompt
from workbench.app.transcript import Transcript
from workbench.runtime.protocol import (
    DefinitionView,
    LibraryLoaded,
    VariablesChanged,
    VariableView,
)

MEAN = LibraryLoaded(
    "more",
    (
        DefinitionView(
            "mean",
            "instruction",
            "(mean values)",
            "The average. [/x]\n\nExample:\n    (mean '(1 2))   ; => 1.5\n    (mean '(1))\n",
            "lists",
        ),
    ),
)


def prepared(pilot: Pilot[int], session: FakeSession) -> None:
    session.emit(CORE, MEAN)
    app = pilot.app
    assert isinstance(app, Workbench)
    app.drain()


def page(pilot: Pilot[int]) -> str:
    assert isinstance(pilot.app.screen, Help)
    return pilot.app.screen.page.plain


async def test_help_explains_the_focused_panel(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        session.evaluate("(train)", "train.lisp")
        session.emit(Metric("loss", 2.0), Metric("loss", 1.0))
        await pilot.pause(0.2)
        await pilot.press("f3", "f1")
        await pilot.pause()

        own, everywhere = page(pilot).split("Everywhere\n")
        assert own.startswith("Curves\nEvery (torch_backward loss) adds a point; F5 runs")
        assert re.search(r"^ +s  Running average over the raw curve$", own, re.MULTILINE)
        assert "Evaluate the whole program" not in own
        assert "F5  Evaluate the whole program" in everywhere


async def test_help_explains_a_panel_that_is_empty(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        await pilot.press("f3", "f6", "f6", "f6", "f1")
        await pilot.pause()

        assert page(pilot).startswith("Variables\nA (setq name value) at the top level adds")


@pytest.mark.parametrize(
    ("keys", "title", "key"),
    [
        (["f2"], "Editor", "^g  Go to a line"),
        ([], "Prompt", "^j  Break the line"),
        ([], "Transcript", ""),
        (["f2", "ctrl+f"], "Find and replace", "alt+e  Find a regular expression"),
    ],
)
async def test_help_explains_every_pane(
    build: Build, keys: list[str], title: str, key: str
) -> None:
    """What it is for, over the keys of its own."""
    async with build(None).run_test(size=(120, 40)) as pilot:
        if title == "Transcript":
            pilot.app.query_one(Transcript).focus()
        else:
            await pilot.press(*keys)
        await pilot.press("f1")
        await pilot.pause()

        own, everywhere = page(pilot).split("Everywhere\n")
        assert own.startswith(f"{title}\n")
        assert len(own.split("\n")[1]) > 40
        assert key in own
        assert "F5  Evaluate the whole program" in everywhere


@pytest.mark.parametrize("start", ["editor", "prompt"])
async def test_an_example_goes_to_the_prompt(
    build: Build, session: FakeSession, start: str
) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        prepared(pilot, session)
        area = pilot.app.query_one(Editor if start == "editor" else Prompt)
        area.focus()
        area.insert("(mean")
        await pilot.press("f1")
        await pilot.pause()
        assert "(mean '(1 2))   ; => 1.5" in page(pilot)
        assert "ctrl+r" in str(pilot.app.screen.query_one("#dialog").border_subtitle)
        await pilot.press("ctrl+r")
        await pilot.pause()

        prompt = pilot.app.query_one(Prompt)
        assert prompt.has_focus
        assert prompt.text == "(mean '(1 2))\n(mean '(1))"
        assert session.evaluated == []
        await pilot.press("enter")
        await pilot.pause()
        assert session.evaluated[0].source == "(mean '(1 2))\n(mean '(1))"


async def test_help_tells_what_a_name_of_the_program_is(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        editor = pilot.app.query_one(Editor)
        editor.insert("(defun f (x (y 2)) x)\n(f total 1) g")
        prepared(pilot, session)
        session.emit(VariablesChanged((VariableView("total", "list_", "([a b] [/x])", 1),)))
        await pilot.pause(0.2)
        told = []
        for place in ((1, 1), (1, 3), (1, 12)):
            editor.focus()
            editor.move_cursor(place)
            await pilot.press("f1")
            await pilot.pause()
            told.append(page(pilot).splitlines()[:4])
            await pilot.press("escape")

        assert told[0][:2] == ["(f x (y 2))", "of this program, not evaluated yet"]
        assert told[1] == ["total", "of this program, list", "", "([a b] [/x])"]
        assert told[2][0] == "Editor"


async def test_a_page_without_example_offers_none(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        prepared(pilot, session)
        await pilot.press(*"take", "f1")
        await pilot.pause()
        assert "ctrl+r" not in str(pilot.app.screen.query_one("#dialog").border_subtitle)
        await pilot.press("ctrl+r", "escape")
        await pilot.pause()

        assert pilot.app.query_one(Prompt).text == "take"


async def test_names_are_found_by_what_they_do(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        prepared(pilot, session)
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"documentation")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert isinstance(pilot.app.screen, CommandPalette)
        await pilot.press(*"average")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)
        for _ in range(3):
            if isinstance(pilot.app.screen, Help):
                break
            await pilot.press("enter")
            await pilot.pause(0.3)

        assert page(pilot).startswith("(mean values)")
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert pilot.app.query_one(Prompt).text.startswith("(mean '(1 2))")


SENTENCES = {
    "take": "The first few.",
    "torch_mean": "The mean of all elements.",
    "mean": "The average.",
    "median": "The middle; not the mean.",
    "torch_crossentropy_loss": "The mean negative log likelihood.",
}


async def test_the_palette_leads_to_the_help_of_names(build: Build, session: FakeSession) -> None:
    """Behind the commands, which come first."""
    async with build(None).run_test(size=(120, 40)) as pilot:
        prepared(pilot, session)
        await pilot.press("ctrl+p", *"take")
        await pilot.pause(0.4)
        await pilot.press("enter")
        await pilot.pause()

        assert page(pilot).startswith("(take count values)")


def test_commands_found_by_their_help_stand_between_names_and_files() -> None:
    assert BEHIND_NAMES < SCORE_OF_HELP < BEHIND_COMMANDS / IN_PALETTE


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("mean", ["mean", "torch_mean", "median", "torch_crossentropy_loss"]),
        ("Torch mean", ["torch_mean", "torch_crossentropy_loss"]),
        ("LIKELIHOOD log", ["torch_crossentropy_loss"]),
        ("tcel", ["torch_crossentropy_loss"]),
        ("", []),
        ("  ", []),
        ("zzz", []),
    ],
)
def test_names_and_sentences_are_searched(query: str, found: list[str]) -> None:
    assert list(fitting(query, SENTENCES)) == found
