from __future__ import annotations

from time import perf_counter

import pytest
from textual import events
from textual.widgets import Static

from tests.workbench.panels.panel_app import PanelApp
from workbench.app.panels.base import ShowVariable
from workbench.app.panels.variables import VariableList, VariablesPanel
from workbench.runtime.protocol import SessionRestarted, VariablesChanged, VariableView


@pytest.fixture
def panel() -> VariablesPanel:
    return VariablesPanel()


def changed(*names: str) -> VariablesChanged:
    return VariablesChanged(
        tuple(
            VariableView(name, "integer_", f"value of {name}", handle)
            for handle, name in enumerate(names)
        )
    )


def rows(panel: VariablesPanel) -> list[str]:
    listing = panel.query_one(VariableList)
    lines = [listing.render_line(y).text.strip() for y in range(listing.size.height)]
    return [line for line in lines if line]


def summary(panel: VariablesPanel) -> str:
    return str(panel.query_one("#variables-summary", Static).content)


async def test_name_kind_and_value_stand_side_by_side(panel: VariablesPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 10)) as pilot:
        panel.receive([changed("a", "λ-rate")])
        await pilot.pause()

        assert [line.split() for line in rows(panel)] == [
            ["a", "integer", "value", "of", "a"],
            ["λ-rate", "integer", "value", "of", "λ-rate"],
        ]


async def test_enter_shows_the_variable_under_the_cursor(panel: VariablesPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 10)) as pilot:
        panel.receive([changed("a", "b", "c")])
        panel.focus()
        await pilot.press("down", "down", "up", "enter")

        assert app.wishes == [ShowVariable(1, "b")]


async def test_a_click_shows_the_variable(panel: VariablesPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 10)) as pilot:
        panel.receive([changed("a", "b", "c")])
        await pilot.pause()
        await pilot.click(VariableList, offset=(3, 2))

        assert app.wishes == [ShowVariable(2, "c")]


async def test_typing_narrows_the_list(panel: VariablesPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 10)) as pilot:
        panel.receive([changed("alpha", "beta", "Alphabet")])
        panel.focus()
        await pilot.press("a", "l", "p")
        assert len(rows(panel)) == 2
        assert "2 of 3 variables match alp" in summary(panel)

        await pilot.press("backspace", "backspace", "backspace", "b", "e")
        assert len(rows(panel)) == 2

        await pilot.press("escape")
        assert len(rows(panel)) == 3


async def test_the_cursor_stays_on_its_name(panel: VariablesPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 10)) as pilot:
        panel.receive([changed("b", "d")])
        panel.focus()
        await pilot.press("down")
        panel.receive([changed("a", "b", "c", "d")])

        listing = panel.query_one(VariableList)
        assert listing.shown[listing.cursor].name == "d"


async def test_ten_thousand_variables_are_listed_at_once(panel: VariablesPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 10)) as pilot:
        many = changed(*(f"name-{number}" for number in range(10_000)))
        panel.focus()

        began = perf_counter()
        panel.receive([many])
        spent = perf_counter() - began
        await pilot.pause()
        await pilot.press("end")

        assert spent < 0.2
        assert rows(panel)[-1].startswith("name-9999")


async def test_no_match_and_no_variables_are_no_trouble(panel: VariablesPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 10)) as pilot:
        panel.receive([changed("a")])
        panel.focus()
        await pilot.press("z", "z", "enter", "down", "up")
        assert rows(panel) == []
        assert app.wishes == []

        panel.receive([SessionRestarted("it crashed")])
        assert not panel.filled


async def test_a_letter_with_alt_narrows_nothing(panel: VariablesPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 10)) as pilot:
        panel.receive([changed("a", "b")])
        panel.focus()
        await pilot.pause()
        app.post_message(events.Key("alt+b", "b"))
        await pilot.pause()

        assert panel.filter_text == ""
