"""The screen and its dialogs on large and on the smallest terminals: nothing is cut, keys work."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.workbench.app.conftest import Build
from tests.workbench.fake_session import FakeSession
from workbench.app.editor import Editor
from workbench.app.find_bar import FindBar
from workbench.app.key_line import KeyLine
from workbench.app.repl import Prompt
from workbench.app.status_line import StatusLine

SIZES = [(200, 50), (60, 16)]


@pytest.fixture(params=SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


def within(pilot: Pilot[int], selector: str) -> bool:
    """Whether a widget is seen whole."""
    region = pilot.app.screen.query_one(selector).region
    return region.area > 0 and pilot.app.screen.region.contains_region(region)


async def test_the_main_screen_fits(
    build: Build, program: Path, session: FakeSession, size: tuple[int, int]
) -> None:
    async with build(program).run_test(size=size) as pilot:
        app = pilot.app
        for kind in (Editor, Prompt, StatusLine, KeyLine):
            assert within(pilot, kind.__name__), kind
        assert app.query_one(Editor).region.height >= 5

        await pilot.press("f2", *"(+ 1 2)", "enter")
        await pilot.pause(0.2)
        assert app.query_one(Prompt).has_focus
        assert [one.source for one in session.evaluated] == ["(+ 1 2)"]


async def test_the_find_bar_fits(build: Build, program: Path, size: tuple[int, int]) -> None:
    async with build(program).run_test(size=size) as pilot:
        await pilot.press("ctrl+f", *"(f")
        await pilot.pause()

        bar = pilot.app.query_one(FindBar)
        assert bar.region.height in (3, 4)
        assert within(pilot, "#find-keys")
        assert within(pilot, "FindBar")
        assert within(pilot, "#find-count")
        assert within(pilot, "Editor.-current")


@pytest.mark.parametrize(
    ("keys", "parts"),
    [
        (["f1"], ["#dialog"]),
        (["ctrl+o"], ["#dialog", "Input"]),
        (["ctrl+g"], ["#dialog", "Input"]),
        (["x", "ctrl+q"], ["#dialog", "#save", "#discard", "#cancel"]),
        (["ctrl+p"], ["CommandInput"]),
    ],
)
async def test_dialogs_fit(
    build: Build, program: Path, size: tuple[int, int], keys: list[str], parts: list[str]
) -> None:
    """They are seen whole, and escape leads back to where one was."""
    async with build(program).run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause(0.2)
        assert pilot.app.screen.is_modal
        assert all(within(pilot, part) for part in parts)
        for line in pilot.app.screen.query(Input):
            assert line.region.width >= 20

        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.query_one(Editor).has_focus


async def test_the_key_test_fits(build: Build, program: Path, size: tuple[int, int]) -> None:
    async with build(program).run_test(size=size) as pilot:
        await pilot.app.run_action("test_keys")
        await pilot.press(*(f"f{number}" for number in range(1, 13)))
        await pilot.pause()

        assert within(pilot, "#dialog")


async def test_below_the_least_size_the_text_is_kept(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(59, 15)) as pilot:
        assert within(pilot, "#too-small")
        assert not pilot.app.query_one(Editor).region.area

        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        assert within(pilot, "Editor")
        assert pilot.app.query_one(Editor).text == program.read_text("utf-8")
