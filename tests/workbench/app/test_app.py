"""The app as a whole: panes, help, palette, themes and the keys at the foot."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.widgets._footer import FooterKey

from tests.workbench.app.conftest import CORE, Build, drained, status
from tests.workbench.fake_session import FakeSession
from torch_lib.events import GenerationStarted, Metric, TokenGenerated
from workbench.app.app import Workbench
from workbench.app.code_area import CodeArea
from workbench.app.dialogs import AskPath, Choice, Help
from workbench.app.editor import Editor
from workbench.app.panel_area import PanelArea
from workbench.app.panels.base import OpenLocation, Panel, ShowVariable
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.loss import LossPanel
from workbench.app.panels.pick import Pick
from workbench.app.repl import Prompt, Repl
from workbench.folders import config_file
from workbench.runtime.protocol import TorchStateChanged


async def test_keys_move_between_the_panes(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        app = pilot.app
        assert app.query_one(Editor).has_focus
        await pilot.press("f2")
        assert app.query_one(Prompt).has_focus
        await pilot.press("f3")
        assert app.query_one(PanelArea).has_focus_within
        await pilot.press("f3")
        assert app.query_one(Editor).has_focus


async def test_a_narrow_terminal_shows_panels_instead(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(80, 24)) as pilot:
        panels, editor = pilot.app.query_one(PanelArea), pilot.app.query_one(Editor)
        assert not panels.region.area
        assert editor.size.height == 13
        await pilot.press("f3")
        await pilot.pause()
        assert panels.region.width == 80
        assert not editor.region.area
        await pilot.press("f3")
        await pilot.pause()
        assert editor.region.area


async def test_a_tiny_terminal_says_so_and_keeps_everything(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert pilot.app.query_one("#too-small").region.area
        assert not pilot.app.query_one(Editor).region.area
        await pilot.resize_terminal(80, 24)
        await pilot.pause()

        assert pilot.app.query_one(Editor).text.startswith("x(setq")
        assert pilot.app.query_one(Editor).region.area


async def test_zoom_fills_the_screen_with_the_pane(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("f4")
        assert pilot.app.screen.maximized is pilot.app.query_one(Editor)
        await pilot.press("f4", "f2", "f4")
        assert pilot.app.screen.maximized is pilot.app.query_one(Repl)
        await pilot.press("f4", "f3", "f4")
        assert isinstance(pilot.app.screen.maximized, Panel)
        await pilot.press("f2")
        assert pilot.app.screen.maximized is None


async def test_a_chosen_variable_is_inspected(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        area = pilot.app.query_one(PanelArea)
        area.current.post_message(ShowVariable(5, "weights"))
        while not session.inspected:
            await pilot.pause(0.01)

        assert [handle for handle, _ in session.inspected] == [5]
        assert isinstance(area.current, Inspector)


async def test_a_place_in_the_editor_is_gone_to(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("f2")
        pilot.app.post_message(OpenLocation(str(program), 4, 5))
        await pilot.pause()

        assert pilot.app.query_one(Editor).has_focus
        assert pilot.app.query_one(Editor).cursor_location == (3, 4)


async def test_the_status_line_tells_the_call_and_torch(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        session.emit(CORE, TorchStateChanged("missing"))
        drained(pilot)
        await pilot.press("left_parenthesis", *"take", "space", "2", "space")
        await pilot.pause()

        assert "(take count values)" in status(pilot)
        assert status(pilot).endswith("no torch")
        assert " 1:9" in status(pilot)


async def test_the_status_line_follows_the_focus(build: Build, program: Path) -> None:
    async with build(program).run_test(size=(120, 40)) as pilot:
        await pilot.press("down", "down", "f2")
        await pilot.pause()
        assert "program.lisp   prompt 1:1" in status(pilot)
        await pilot.press("f2")
        await pilot.pause()
        assert "program.lisp   3:1" in status(pilot)


async def test_help_explains_the_name_at_the_cursor(build: Build, session: FakeSession) -> None:
    async with build(None).run_test(size=(120, 40)) as pilot:
        session.emit(CORE)
        drained(pilot)
        await pilot.press(*"take", "f1")
        await pilot.pause()

        assert isinstance(pilot.app.screen, Help)
        page = pilot.app.screen.page.plain
        assert "(take count values)" in page
        for key, meaning in (("F5", "Evaluate the whole program"), ("^c", "Stop what runs")):
            assert re.search(rf"^ *{re.escape(key)}  {meaning}", page, re.MULTILINE)
        await pilot.press("f1")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Help)


@pytest.mark.parametrize("keys", [[], ["f2"], ["f3"], ["f5"], ["f5", "f3"]])
async def test_the_foot_shows_six_keys_at_most(
    build: Build, program: Path, keys: list[str]
) -> None:
    async with build(program).run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        shown: list[str] = []
        for _ in range(100):
            shown = [key.key for key in pilot.app.query(FooterKey)]
            if "ctrl+p" in shown and ("ctrl+c" in shown) == ("f5" in keys):
                break
            await pilot.pause(0.05)

        assert "ctrl+p" in shown
        assert ("ctrl+c" in shown) == ("f5" in keys)
        assert 4 <= len(shown) <= 6


@pytest.mark.parametrize("width", [60, 70, 80])
async def test_the_keys_at_the_foot_are_whole(build: Build, program: Path, width: int) -> None:
    async with build(program).run_test(size=(120, 18)) as pilot:
        await pilot.resize_terminal(width, 18)
        await pilot.pause()

        keys = pilot.app.query(FooterKey)
        assert len(keys) >= 4
        assert max(key.region.right for key in keys) <= width


def test_every_binding_has_an_identity_and_a_tooltip() -> None:
    kinds = (Workbench, Editor, Prompt, CodeArea, Choice, AskPath, Help)
    bindings = [binding for kind in kinds for binding in kind.BINDINGS]
    identities = set()
    for binding in bindings:
        assert isinstance(binding, Binding)
        assert binding.id, binding
        assert binding.tooltip, binding
        identities.add(binding.id)
    assert len(identities) == len(bindings)


async def test_the_palette_lists_actions_with_their_keys(
    build: Build, session: FakeSession
) -> None:
    async with build(None).run_test() as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"restart")
        await pilot.pause(0.3)
        await pilot.press("enter", "enter")
        await pilot.pause()

        assert session.restarts == 1


async def test_the_palette_finds_actions_by_their_help(build: Build, session: FakeSession) -> None:
    """What somebody wants need not be how it is called."""
    async with build(None).run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"Nothing", "space", *"def")
        await pilot.pause(0.3)
        await pilot.press("enter", "enter")
        await pilot.pause()

        assert session.restarts == 1


async def test_the_palette_shows_runs_that_an_earlier_workbench_kept(
    build: Build, session: FakeSession
) -> None:
    async with build(None).run_test() as pilot:
        session.evaluate("(train)", "train.lisp")
        session.emit(Metric("loss", 2.0), Metric("loss", 1.0))
        await pilot.pause(0.2)

    async with build(None).run_test() as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"from disk")
        await pilot.pause(0.3)
        while not isinstance(pilot.app.screen, Pick):
            await pilot.press("enter")
            await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)

        (run,) = pilot.app.query_one(LossPanel).view.runs
        assert (run.title, run.steps) == ("train.lisp", 2)


async def test_a_chosen_theme_is_remembered(build: Build) -> None:
    async with build(None).run_test() as pilot:
        pilot.app.theme = "lispe-light"
        await pilot.pause()
    assert config_file().read_text() == 'theme = "lispe-light"\n'
    assert build(None).theme == "lispe-light"


async def test_a_broken_theme_of_the_user_only_warns(build: Build) -> None:
    folder = config_file().parent / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("name = ")
    async with build(None).run_test() as pilot:
        await pilot.pause()

        assert [n.message.partition(":")[0] for n in pilot.app._notifications] == ["mine.toml"]


async def test_every_theme_of_textual_has_syntax_colours(build: Build) -> None:
    async with build(None).run_test() as pilot:
        for name in ("nord", "textual-light", "lispe-light"):
            pilot.app.theme = name
            await pilot.pause()
            assert pilot.app.theme_variables["syntax-paren1"]


async def test_what_is_told_while_the_app_ends_finds_no_screen(
    build: Build, session: FakeSession
) -> None:
    """A model may write on while the widgets go, one after the other."""
    app = build(None)

    async def tell() -> None:
        while True:
            session.emit(TokenGenerated(1, " upon"), Metric("loss", 1.0))
            app.drain()
            await asyncio.sleep(0)

    async with app.run_test() as pilot:
        await pilot.pause()
        session.emit(GenerationStarted("Once", 1, 5))
        telling = asyncio.create_task(tell())
    assert not telling.done()
    telling.cancel()
