"""Everything can be gone to by two keys."""

from pathlib import Path

from textual.widgets import Tab

from tests.workbench.app.conftest import Build
from workbench.app.editor import Editor
from workbench.app.jump import Jump
from workbench.app.panel_area import PanelArea
from workbench.app.transcript import Transcript


async def test_letters_lead_to_panes_and_tabs(build: Build, program: Path) -> None:
    app = build(program)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+j")
        await pilot.pause()
        assert isinstance(app.screen, Jump)
        letters = {target: letter for letter, target in app.screen.targets.items()}
        assert len(set(letters.values())) == len(letters) > 6

        await pilot.press(letters[app._repl.transcript])
        await pilot.pause()
        assert app.screen.focused is app.query_one(Transcript)

        await pilot.press("alt+j")
        await pilot.pause()
        assert isinstance(app.screen, Jump)
        errors = next(
            (letter, target)
            for letter, target in app.screen.targets.items()
            if isinstance(target, Tab) and "Errors" in str(target.label)
        )
        await pilot.press(errors[0])
        await pilot.pause()
        assert app.query_one(PanelArea).current.title == "Errors"


async def test_any_other_key_leaves_all_as_it_was(build: Build, program: Path) -> None:
    app = build(program)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+j", "escape")
        await pilot.pause()

        assert not isinstance(app.screen, Jump)
        assert app.query_one(Editor).has_focus
        assert app.query_one(Editor).text == program.read_text("utf-8")
