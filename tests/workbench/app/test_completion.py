from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.geometry import Region
from textual.pilot import Pilot

from tests.workbench.app.conftest import CORE
from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.completion import CompletionPopup
from workbench.app.editor import Editor
from workbench.app.repl import Prompt
from workbench.runtime.protocol import DefinitionView, LibraryLoaded, VariablesChanged, VariableView

Build = Callable[[Path | None], Workbench]
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
