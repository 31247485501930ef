from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from tests.workbench.app.conftest import CORE, Build
from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.completion import CompletionPopup
from workbench.app.editor import Editor
from workbench.app.repl import Prompt
from workbench.app.status_line import StatusLine
from workbench.runtime.protocol import DefinitionView, LibraryLoaded, VariablesChanged, VariableView

MORE = LibraryLoaded(
    "more",
    tuple(
        DefinitionView(name, "instruction", f"({name} list)", "Doc.", "lists")
        for name in ("takelist", "takenb", "reverse")
    ),
)


def prepared(pilot: Pilot[int], session: FakeSession) -> CompletionPopup:
    session.emit(CORE, MORE, VariablesChanged((VariableView("taker", "list_", "()", 1),)))
    app = pilot.app
    assert isinstance(app, Workbench)
    app.drain()
    return app.query_one(CompletionPopup)


async def test_tab_completes_a_name_that_stands_alone(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        await pilot.press("left_parenthesis", *"rev", "tab")

        assert pilot.app.query_one(Prompt).text == "(reverse)"
        assert not popup.display


async def test_tab_shows_what_fits_and_enter_takes_it(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        prompt = pilot.app.query_one(Prompt)
        await pilot.press("left_parenthesis", *"ta", "tab")
        await pilot.pause()
        assert prompt.text == "(take)"
        assert popup.names == ["take", "takelist", "takenb", "taker"]
        assert popup.region.bottom <= prompt.region.y

        await pilot.press("l")
        await pilot.pause()
        assert popup.names == ["takelist"]
        await pilot.press("enter")

        assert prompt.text == "(takelist)"
        assert session.evaluated == []
        assert not popup.display


async def test_escape_and_blanks_close_the_list(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        await pilot.press(*"ta", "tab", "escape")
        assert not popup.display
        assert pilot.app.query_one(Prompt).has_focus
        await pilot.press("tab", "down", "space")
        await pilot.pause()

        assert not popup.display
        assert pilot.app.query_one(Prompt).text == "take "


async def test_names_of_the_text_are_offered_under_the_cursor(
    build: Build, session: FakeSession, tmp_path: Path
) -> None:
    path = tmp_path / "a.lisp"
    path.write_text('(defun tally (x) "tale")\n; tango\n')
    async with build(path).run_test(size=(120, 40)) as pilot:
        popup = prepared(pilot, session)
        await pilot.press(*"ta", "tab")
        await pilot.pause()

        assert popup.names == ["take", "takelist", "takenb", "taker", "tally"]
        cursor = pilot.app.query_one(Editor).cursor_screen_offset
        assert popup.region.y == cursor.y + 1
        assert pilot.app.screen.region.intersection(popup.region) == popup.region
        assert popup.region != Region()


async def test_letters_find_a_name_that_begins_otherwise(
    build: Build, session: FakeSession
) -> None:
    async with build(None).run_test(size=(100, 30)) as pilot:
        popup = prepared(pilot, session)
        prompt = pilot.app.query_one(Prompt)
        await pilot.press("left_parenthesis", *"tnb", "tab")
        await pilot.pause()
        assert prompt.text == "(tnb)"
        assert popup.names == ["takenb"]
        await pilot.press("enter")

        assert prompt.text == "(takenb)"


async def test_rows_tell_kinds_and_operands_and_the_chosen_one_what_it_does(
    build: Build, session: FakeSession, tmp_path: Path
) -> None:
    path = tmp_path / "a.lisp"
    path.write_text("(defun tally (x (y 2)) x)\n(tango)\n")
    async with build(path).run_test(size=(120, 40)) as pilot:
        popup = prepared(pilot, session)
        await pilot.press("ctrl+end", *"(ta", "tab")
        await pilot.pause()

        rows = [str(row.prompt).split() for row in popup.query_one(OptionList).options]
        assert rows == [
            ["take", "count", "values", "built-in"],
            ["takelist", "list", "built-in"],
            ["takenb", "list", "built-in"],
            ["taker", "variable"],
            ["tally", "x", "(y", "2)", "function"],
            ["tango", "in", "the", "text"],
        ]
        about = popup.query_one(Static)
        for told in ("The first few.", "Doc.", "Doc.", "list: ()", "Defined by the program.", ""):
            assert str(about.render()) == told
            await pilot.press("down")
        assert str(about.render()) == "The first few."
        assert about.region.y == popup.query_one(OptionList).region.bottom
        assert pilot.app.screen.region.intersection(popup.region) == popup.region


async def test_a_name_that_is_whole_closes_the_list(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        await pilot.press(*"tak", "tab", "tab")
        assert popup.display
        await pilot.press(*"list")
        await pilot.pause()

        assert not popup.display


async def test_functions_of_the_editor_and_the_prompt_are_known_at_the_prompt(
    build: Build, session: FakeSession, tmp_path: Path
) -> None:
    path = tmp_path / "a.lisp"
    path.write_text("(defun from_editor (x) local)\n")
    async with build(path).run_test(size=(120, 40)) as pilot:
        popup = prepared(pilot, session)
        prompt = pilot.app.query_one(Prompt)
        prompt.focus()
        prompt.insert("(defun from_prompt (y z) 1)")
        await pilot.press("enter")
        await pilot.press(*"(fr", "tab")
        await pilot.pause()

        assert prompt.text == "(from_)"
        assert popup.names == ["from_editor", "from_prompt"]
        row = popup.query_one(OptionList).get_option_at_index(1)
        assert str(row.prompt).split() == ["from_prompt", "y", "z", "function"]
        await pilot.press("down", "enter", "space")
        await pilot.pause()
        assert "(from_prompt y z)" in pilot.app.query_one(StatusLine).render().plain

        session.restart()
        await pilot.pause(0.2)
        prompt.text = ""
        await pilot.press(*"(fr", "tab")
        assert prompt.text == "(from_editor)"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data" / "digits").mkdir(parents=True)
    (tmp_path / "data" / "dial.txt").write_text("")
    (tmp_path / "data" / ".secret").write_text("")
    (tmp_path / "data" / 'quo"te').write_text("")
    (tmp_path / "λ.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "data"))
    monkeypatch.setattr("workbench.app.completion.PATIENCE", 60)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "completed", "listed"),
    [
        ('(fread "da', '(fread "data/', []),
        ('(fread "data/', '(fread "data/di', ["dial.txt", "digits/"]),
        ('(fread "data/di', '(fread "data/di', ["dial.txt", "digits/"]),
        ('(fread "data/dig', '(fread "data/digits/', []),
        ('(fread "data/.', '(fread "data/.secret', []),
        ('(fread "~/dia', '(fread "~/dial.txt', []),
        ('(fread "λ', '(fread "λ.txt', []),
        ("(fread `da", "(fread `data/", []),
    ],
)
@pytest.mark.parametrize("place", ["editor", "prompt"])
@pytest.mark.usefixtures("files")
async def test_files_are_completed_in_a_string(
    build: Build, session: FakeSession, typed: str, completed: str, listed: list[str], place: str
) -> None:
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        area = pilot.app.query_one(Prompt if place == "prompt" else Editor)
        area.focus()
        area.insert(typed)
        await pilot.press("tab")
        await pilot.pause()

        assert area.text == completed
        assert (popup.names if popup.display else []) == listed


@pytest.mark.usefixtures("files")
async def test_a_list_of_files_follows_what_is_typed(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        prompt = pilot.app.query_one(Prompt)
        prompt.insert('(fread "data/')
        await pilot.press("tab", "g")
        await pilot.pause()
        assert popup.names == ["digits/"]
        await pilot.press("enter")
        await pilot.pause()

        assert prompt.text == '(fread "data/digits/'
        assert not popup.display
        await pilot.press("backspace", "backspace", "tab", "quotation_mark")
        await pilot.pause()
        assert not popup.display


@pytest.mark.usefixtures("files")
async def test_tab_in_a_string_of_no_file_types_blanks(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        prompt = pilot.app.query_one(Prompt)
        prompt.insert('(println "no such file')
        await pilot.press("tab")

        assert prompt.text.rstrip() == '(println "no such file'
        assert prompt.text.endswith(" ")
        assert not popup.display


async def test_tab_types_nothing_where_a_folder_does_not_answer(
    build: Build, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    monkeypatch.setattr("workbench.app.completion.FileNames", lambda _: answer.wait())
    monkeypatch.setattr("workbench.app.completion.PATIENCE", 0.01)
    async with build(None).run_test() as pilot:
        popup = prepared(pilot, session)
        prompt = pilot.app.query_one(Prompt)
        prompt.insert('(fread "far/')
        await pilot.press("tab")
        answer.set()

        assert prompt.text == '(fread "far/'
        assert not popup.display
