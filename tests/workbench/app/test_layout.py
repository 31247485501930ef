"""Panes share the screen as the user wants it."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from tests.workbench.app.conftest import Build
from workbench.app.buffers import Buffers
from workbench.app.layout import Shares
from workbench.app.panel_area import PanelArea
from workbench.app.repl import Repl


def test_no_pane_disappears() -> None:
    assert Shares().moved("code", 500) == Shares(80, 60)
    assert Shares().moved("editor", -500) == Shares(58, 20)


async def test_keys_move_borders(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        panels, editor = pilot.app.query_one(PanelArea), pilot.app.query_one(Buffers)
        width, height = panels.size.width, editor.size.height

        await pilot.press("alt+1", "alt+1", "alt+4")
        assert panels.size.width == pytest.approx(width + 12, abs=1)
        assert editor.size.height == pytest.approx(height + 2, abs=1)

        await pilot.press("alt+0")
        assert (panels.size.width, editor.size.height) == (width, height)


async def test_borders_are_dragged(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        panels, repl = pilot.app.query_one(PanelArea), pilot.app.query_one(Repl)
        for pane, to in ((panels, Offset(48, 10)), (repl, Offset(10, 12))):
            await pilot.mouse_down(pane, offset=(0, 0) if pane is panels else (5, 0))
            await pilot.hover(offset=to)
            await pilot.mouse_up(offset=to)
            await pilot.pause()

        assert panels.region.x == pytest.approx(48, abs=1)
        assert repl.region.y == pytest.approx(12, abs=1)
        await pilot.hover(offset=(90, 30))
        assert panels.region.x == pytest.approx(48, abs=1)


async def test_a_click_inside_moves_nothing(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        panels = pilot.app.query_one(PanelArea)
        before = panels.region
        await pilot.mouse_down(panels, offset=(5, 5))
        await pilot.hover(offset=(30, 10))
        await pilot.mouse_up(offset=(30, 10))

        assert panels.region == before


async def test_a_narrow_terminal_keeps_its_layout(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+1", "f3")
        await pilot.pause()

        assert pilot.app.query_one(PanelArea).size.width == 80
