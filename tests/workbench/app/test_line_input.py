from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Input

from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.ask_line import AskLine
from workbench.app.ask_place import AskPlace
from workbench.app.dialogs import AskPath
from workbench.app.line_input import LineInput

DIALOGS: list[Callable[[], Screen[Any]]] = [
    lambda: AskPath("Open"),
    lambda: AskLine("Name", "Its name:"),
    lambda: AskPlace(9),
]


@pytest.mark.parametrize("dialog", DIALOGS)
async def test_a_letter_with_alt_is_not_typed(dialog: Callable[[], Screen[Any]]) -> None:
    """A terminal's key alt+x brings the letter along, which ``pilot.press`` leaves out."""
    app = Workbench(FakeSession())
    async with app.run_test() as pilot:
        await app.push_screen(dialog())
        field = app.screen.query_one(Input)
        field.focus()
        await pilot.press("4")
        app.post_message(events.Key("alt+x", "x"))
        await pilot.press("2")

        assert field.value == "42"


@pytest.mark.parametrize("dialog", DIALOGS)
async def test_what_is_typed_is_not_hidden_by_a_border(
    dialog: Callable[[], Screen[Any]],
) -> None:
    app = Workbench(FakeSession())
    async with app.run_test() as pilot:
        await app.push_screen(dialog())
        await pilot.press("4", "2")
        await pilot.pause()

        assert "42" in app.screen.query_one(Input).render_line(0).text
        lines = ["".join(s.text for s in row) for row in app.screen._compositor.render_strips()]
        assert any("  42 " in line for line in lines)


async def test_every_field_is_one_of_ours() -> None:
    async with Workbench(FakeSession()).run_test() as pilot:
        while len(pilot.app.query("AskForm Input")) < 9:  # panels come after the first picture
            await pilot.pause()
        assert all(isinstance(field, LineInput) for field in pilot.app.query(Input))
        assert len(pilot.app.query(Input)) > 5
