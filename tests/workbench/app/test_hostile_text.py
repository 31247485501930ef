"""Text of users, files, programs and models is shown as it is, wherever it is shown.

Brackets are no markup, nothing that a terminal would obey or that turns a line around is drawn,
and no click on such text does anything that it says.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

import workbench.app
from tests.workbench.app.conftest import answer_question
from tests.workbench.fake_session import FakeSession
from tests.workbench.panels.panel_app import module_entry, module_told, tensor_view
from torch_lib.events import (
    GenerationStarted,
    Metric,
    Progress,
    TokenChance,
    TokenGenerated,
)
from workbench import resources
from workbench.app.app import Workbench
from workbench.app.ask_line import AskLine
from workbench.app.ask_place import AskPlace
from workbench.app.commands import help_page
from workbench.app.dialogs import AskPath, Choice, Help
from workbench.app.drawable import (
    REPLACEMENT,
    UNDRAWABLE,
    drawable,
    drawn_width,
    single_line,
    visible,
)
from workbench.app.panels.errors import ErrorsPanel
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.inspector import Inspector
from workbench.app.panels.models import ModelFile, model_line
from workbench.app.panels.pick import Pick
from workbench.app.panels.run_list import run_line
from workbench.app.panels.runs import KeptRun
from workbench.app.panels.variables import VariablesPanel
from workbench.app.themes import ThemeFileError, chosen_theme, parse_theme
from workbench.runtime.protocol import (
    DefinitionView,
    DeviceReading,
    DeviceSampled,
    EntriesView,
    EntryView,
    ErrorView,
    FrameView,
    InputRequested,
    LibraryLoaded,
    OutputWritten,
    TensorInspected,
    ValueInspected,
    ValueView,
    VariablesChanged,
    VariableView,
)

CLICK = "[@click=app.quit]x[/]"
TEXTS = {
    "brackets": f"{CLICK} [bold]b[/] [red",
    "signs": "\u202ea\x1b[31mb\x1b]0;t\x07\x9b31m\x00\r"
    "\u2066c\x7f\u200fd\u200be\u0301\N{FAMILY} \u6f22.",
}
TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
SIZE = (120, 40)
VALUE = 7


class Watched(Workbench):
    """Counts how often it is asked to quit."""

    CSS_PATH = str(Path(str(workbench.app.__file__)).with_name("workbench.tcss"))
    quits = 0

    def action_quit(self) -> None:  # type: ignore[override]
        self.quits += 1


Show = Callable[[Watched, FakeSession, Pilot[int], str], Awaitable[None]]
PLACES: dict[str, Show] = {}


def place(show: Show) -> Show:
    """A place where text is shown."""
    PLACES[show.__name__] = show
    return show


@place
async def output(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    session.emit(OutputWritten(f"{text}\n"), OutputWritten(f"{text}\n", "error"))


@place
async def submitted(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app.post_message(app._repl.prompt.Submitted(f"(f `{text}`)\n\t{text}"))
    await pilot.pause()
    session.finish(text)


@place
async def error(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    session.evaluate("(f)")
    frames = FrameView(text, text, 1, 1), FrameView(text, text, 2, 1)
    session.fail(ErrorView(text, text, 1, 2, 1, 9, f"\t{text}", text, frames, text))
    app._panels.show(ErrorsPanel)
    app.drain()
    app._panels.panel(ErrorsPanel).entries[0].traced = True
    app._panels.panel(ErrorsPanel).show(0)


@place
async def variables(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    session.emit(VariablesChanged((VariableView(text, text, text, VALUE),)))
    app._panels.show(VariablesPanel)
    app.drain()
    panel = app._panels.panel(VariablesPanel)
    panel.filter_text = text
    panel.show_matching()


async def inspect(app: Watched, pilot: Pilot[int], name: str) -> None:
    app._panels.show(Inspector)
    app._panels.panel(Inspector).show(VALUE, name)
    await pilot.pause()


@place
async def tensor(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    await inspect(app, pilot, text)
    session.emit(TensorInspected(tensor_view((3, 4), VALUE, dtype=text)))


@place
async def tokens(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    await inspect(app, pilot, "d")
    view = replace(tensor_view((3, 4), VALUE), row_labels=(text,) * 3, column_labels=(text,) * 4)
    session.emit(TensorInspected(view))


@place
async def keys(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    await inspect(app, pilot, "d")
    app._panels.panel(Inspector).enter((text, text))
    entries = EntriesView(1, 0, (EntryView(text, text, text, text, True),))
    value = ValueView("dictionary_", text, VALUE, entries=entries, trail=(text, text))
    session.emit(ValueInspected(value))


@place
async def modules(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    await inspect(app, pilot, text)
    session.emit(module_told(module_entry(text, text, text, 4, text), handle=VALUE))


@place
async def plain_value(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    await inspect(app, pilot, text)
    session.emit(ValueInspected(ValueView(text, f"{text}\n\t{text}", VALUE)))


@place
async def curves(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    for value in (0.5, 0.4):
        session.evaluate(text, text)
        session.emit(Metric(text, value, 1), Metric(text, value / 2, 2))
        session.finish("1")


@place
async def generation(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    chance = TokenChance(1, text, -0.1)
    token = TokenGenerated(1, text, text, -0.1, (chance,))
    session.emit(GenerationStarted(text, 1, 9, text), token)
    app._panels.show(GenerationPanel)
    app.drain()
    app._panels.panel(GenerationPanel).action_choose(-1)


@place
async def devices(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    session.emit(DeviceSampled((DeviceReading(text, text, 5.0, None, None),)))


@place
async def progress(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    session.evaluate("(f)")
    session.emit(Progress(text, 1, 3))


@place
async def question(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    session.evaluate("(input)")
    session.emit(InputRequested(1, text))
    app.drain()
    await pilot.press("o", "k", "enter")
    session.emit(InputRequested(2, text))


@place
async def source(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app._editor.text = f'(defun f (a) "{text}")\n; {text}\n(f '
    app._repl.prompt.text = f"; {text}"
    app._editor.focus()
    app._editor.action_go_to_end()


@place
async def inline_result(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app._editor.text = "(f)\n(g)"
    app._editor.focus()
    await pilot.press("ctrl+home", "ctrl+r")
    await pilot.pause()
    session.finish(text)
    await pilot.press("ctrl+end", "ctrl+r")
    await pilot.pause()
    session.fail(ErrorView(text))


@place
async def files(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app._editor.path = Path(text.replace("/", "|").replace("\0", ""))
    app._editor.post_message(app._editor.FileChanged(app._editor))
    app.action_new_buffer()


@place
async def path_dialog(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app.push_screen(AskPath(text, f"a {text}"))


@place
async def line_dialog(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app.push_screen(AskLine(text, text, f"a {text}"))


@place
async def choice(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app.push_screen(Choice(text, text, [("a", text), ("b", "b")]))


@place
async def pick(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    run = KeptRun(Path("run"), text, datetime(2026, 1, 1), 9)
    lines = [run_line(run, frozenset()), model_line(ModelFile(Path(text), 9))]
    app.push_screen(Pick(text, lines, "show"))


@place
async def notification(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app.notify(text)
    app._panels.current.notify(text)


@place
async def completion(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    definitions = (
        DefinitionView(f"zz{text}", "function", f"(zz{text} {text})", text, text),
        DefinitionView("zza", "function", f"(zza {text})", text, text),
    )
    variable = VariableView(f"zz{text} ", "string_", text, 1)
    session.emit(LibraryLoaded("zz", definitions), VariablesChanged((variable,)))
    app.drain()
    app._editor.text = "(zz"
    app._editor.focus()
    await pilot.press("ctrl+end", "tab")


@place
async def help_text(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    definition = DefinitionView(text, text, f"(f {text})", f"{text}\n\n    {text}", text)
    app.push_screen(Help(text, help_page(app.screen, definition)))


@place
async def hint(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    session.emit(LibraryLoaded("zz", (DefinitionView("zz", "f", f"(zz {text})", text, text),)))
    app.drain()
    app._editor.text = "(zz "
    app._editor.focus()
    app._editor.action_go_to_end()


@place
async def history(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    app._repl.prompt.entries.add(f"(app {text})")
    app._search_history()
    await pilot.pause()
    await pilot.press("a", "p")
    await pilot.pause(0.3)


@place
async def mistakes(app: Watched, session: FakeSession, pilot: Pilot[int], text: str) -> None:
    for warning in chosen_theme(text, app.available_themes)[1]:
        app.notify(warning, severity="warning")


def look(app: Watched) -> list[str]:
    """What is on the screen, after a check that a terminal can't be told anything by it."""
    lines = []
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert not UNDRAWABLE.search(segment.text)
            assert not set(segment.text) & set("\t\n")
            meta = segment.style.meta if segment.style else {}
            assert "quit" not in str(meta.get("@click", ""))
        lines.append("".join(segment.text for segment in strip))
    assert {cell_len(line) for line in lines} == {SIZE[0]}
    return lines


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("name", PLACES)
async def test_text_is_shown_as_it_is(name: str, kind: str) -> None:
    session = FakeSession()
    app = Watched(session)
    text = TEXTS[kind]
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        await PLACES[name](app, session, pilot, text)
        app.drain()
        await pilot.pause(0.15)
        lines = look(app)
        begin = "[@click" if kind == "brackets" else REPLACEMENT
        rows = [row for row, line in enumerate(lines) if begin.upper() in line.upper()]
        assert rows
        if kind != "brackets":
            return
        for row in rows[:3]:
            column = lines[row].upper().index(begin.upper()) + len(CLICK) - 5
            await pilot.click(offset=(cell_len(lines[row][: column + 1]) - 1, row))
        await pilot.pause()
        look(app)
        assert app.quits == 0


async def test_the_direction_of_source_can_not_be_turned_around_unseen() -> None:
    app = Watched(FakeSession())
    line = f'(if (= level "user{TURNING}") 1 2)'
    async with app.run_test(size=SIZE) as pilot:
        app._editor.text = line
        await pilot.pause()
        shown = app._editor.get_line(0)
        assert shown.plain == line.replace(TURNING, REPLACEMENT * len(TURNING))
        places = {(span.start, span.end) for span in shown.spans}
        start = line.index(TURNING)
        assert {(n, n + 1) for n in range(start, start + len(TURNING))} <= places
        assert any(shown.plain in row for row in look(app))
        assert app._editor.text == line


async def test_a_line_number_is_asked_for_without_harm() -> None:
    app = Watched(FakeSession())
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(AskPlace(9))
        await pilot.pause()
        look(app)


@pytest.mark.parametrize("text", ["", CLICK, "[red", "a\u202eb", "a\nb"])
def test_a_theme_has_no_name_that_lists_would_read_as_markup(text: str) -> None:
    light = next(file for file in resources.themes() if file.stem == "lispe-light")
    source = light.read_text("utf-8").replace('"lispe-light"', json.dumps(text))
    with pytest.raises(ThemeFileError, match="letters, digits"):
        parse_theme("own.toml", source)


async def test_names_that_no_file_can_have_open_nothing(tmp_path: Path) -> None:
    session = FakeSession()
    app = Watched(session, tmp_path / "a.lisp")
    async with app.run_test(size=SIZE) as pilot:
        session.evaluate("(f)")
        session.fail(ErrorView("broken", "a\0b", 1, 1))
        app.drain()
        await pilot.press("ctrl+o")
        await pilot.pause()
        await answer_question(pilot, "a\0b")

        assert isinstance(app.screen, AskPath)


def test_what_is_drawable() -> None:
    assert drawable("a\tb\r\nc\x1b[1m") == f"a       b\nc{REPLACEMENT}[1m"
    assert visible("\ta\r\n") == f"\ta{REPLACEMENT}\n"
    assert single_line("a\nb\u202ec") == f"a⏎b{REPLACEMENT}c"
    joined = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN} e\u0301 \u0645\u200c\u062e"
    assert drawable(joined) == joined
    assert drawn_width("\ta\u202e", 2) == 4
