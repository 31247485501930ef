from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input

from workbench.app.dialogs import AskPath, Choice, PathSuggester


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "tour.lisp").write_text("")
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "zebra.lisp").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("sam", "samples/"),
        ("samples/", "samples/tour.lisp"),
        ("samples/t", "samples/tour.lisp"),
        ("z", "zebra.lisp"),
        (".", ".hidden"),
        ("nothing", None),
        ("none/at/all", None),
    ],
)
async def test_paths_are_completed(folder: Path, typed: str, suggested: str | None) -> None:
    assert await PathSuggester().get_suggestion(typed) == suggested


async def test_tab_takes_a_suggestion_and_enter_answers(folder: Path) -> None:
    answers: list[Path | None] = []
    async with App[None]().run_test() as pilot:
        await pilot.app.push_screen(AskPath("Open"), answers.append)
        await pilot.press(*"sam")
        await pilot.pause(0.1)
        await pilot.press("tab", "t")
        await pilot.pause(0.1)
        await pilot.press("tab")
        assert pilot.app.screen.query_one(Input).value == "samples/tour.lisp"
        await pilot.press("enter")
        await pilot.pause()

    assert answers == [Path("samples/tour.lisp")]


@pytest.mark.parametrize(
    ("keys", "answer"), [(["b", "enter"], "b"), (["enter"], "a.svg"), (["end", "z"], "a.svgz")]
)
async def test_a_name_that_is_proposed_is_typed_over_or_added_to(
    folder: Path, keys: list[str], answer: str
) -> None:
    async with App[None]().run_test() as pilot:
        await pilot.app.push_screen(AskPath("Save", "a.svg"))
        line = pilot.app.screen.query_one(Input)
        await pilot.press(*keys)

        assert line.value == answer


@pytest.mark.parametrize(
    ("keys", "answer"), [(["enter"], "yes"), (["right", "enter"], "no"), (["escape"], "no")]
)
async def test_a_choice_is_made_by_keys(keys: list[str], answer: str) -> None:
    answers: list[str | None] = []
    question = Choice("[b]", "Delete [/x]?", [("yes", "[y]es"), ("no", "No")])
    async with App[None]().run_test() as pilot:
        await pilot.app.push_screen(question, answers.append)
        await pilot.press(*keys)
        await pilot.pause()

    assert answers == [answer]
