"""What was open comes back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbench.fake_session import FakeSession
from torch_lib.events import Metric
from workbench.app.app import Workbench
from workbench.app.buffers import Buffers
from workbench.app.editor import Editor
from workbench.app.layout import Shares
from workbench.app.panel_area import PanelArea
from workbench.app.panels.loss import LossPanel
from workbench.app.repl import Prompt
from workbench.app.workspace import (
    OpenProgram,
    Workspace,
    load_workspace,
    save_workspace,
    workspace_file,
)
from workbench.runtime.protocol import EvaluationStarted

Start = Callable[..., Workbench]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """A workbench that keeps what is open in the same file each time."""
    return lambda path=None: Workbench(FakeSession(), path, tmp_path / "sessions" / "here.json")


async def test_all_is_as_it_was_left(start: Start, program: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.lisp"
    other.write_text("one\ntwo\n")
    first = start(program)
    async with first.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        first.query_one(Buffers).open(other)
        first.query_one(Buffers).current.move_cursor((1, 2))
        await pilot.press("f6", "f6", "f2", "f2")
        first.query_one(Prompt).text = "(draft"
        panel = first.query_one(PanelArea).current.title
        await pilot.press("ctrl+q")
        await pilot.pause()

    second = start()
    async with second.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        buffers = second.query_one(Buffers)
        assert [editor.path for editor in buffers.editors] == [program, other]
        assert buffers.current.path == other
        assert buffers.current.cursor_location == (1, 2)
        assert second.query_one(Prompt).text == "(draft"
        assert second.query_one(PanelArea).current.title == panel


async def test_a_crash_loses_no_text(start: Start, program: Path) -> None:
    """The first app is never told to end."""
    first = start(program)
    async with first.run_test() as pilot:
        await pilot.press("x", "ctrl+n", "y")
        first.keep_workspace()

    second = start()
    async with second.run_test() as pilot:
        await pilot.pause()
        known, untitled = second.query_one(Buffers).editors
        assert known.text.startswith("x(setq")
        assert known.unsaved
        assert untitled.text == "y"
        assert untitled.path is None
        told = [notice.message for notice in second._notifications]
        assert told == ["Unsaved text of program.lisp, untitled is back."]
        known.undo()
        assert known.text == program.read_text("utf-8")


async def test_programs_come_back_once(
    start: Start, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that are shown one right after the other don't take turns from then on."""
    first = start()
    async with first.run_test() as pilot:
        await pilot.press("ctrl+n", "y")
        first.keep_workspace()

    shown: list[Editor] = []
    show = Buffers.show

    def counted(self: Buffers, editor: Editor) -> None:
        shown.append(editor)
        show(self, editor)

    monkeypatch.setattr(Buffers, "show", counted)
    second = start(program)
    async with second.run_test() as pilot:
        await pilot.pause(0.5)
        assert len(shown) <= 3
        assert second.query_one(Buffers).current.path == program


async def test_keys_go_to_the_program_asked_for(start: Start, program: Path) -> None:
    """Not to the recovered text behind it."""
    first = start()
    async with first.run_test() as pilot:
        await pilot.press("ctrl+n", "y")
        first.keep_workspace()

    second = start(program)
    async with second.run_test() as pilot:
        await pilot.pause()
        await pilot.press("x")
        asked_for = second.query_one(Buffers).current
        assert asked_for.path == program
        assert asked_for.text.startswith("x")


async def test_the_curves_come_back(start: Start, tmp_path: Path) -> None:
    """Those of runs that are still on disk."""
    first = start()
    async with first.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        curves = first.query_one(PanelArea).panel(LossPanel)
        for run in range(3):
            curves.receive([EvaluationStarted(run, f"(train {run})", "<repl>")])
            curves.receive([Metric("loss", float(value)) for value in range(3 + run)])
        gone = curves.view.runs[1].path
        first.keep_workspace()
    assert gone is not None
    gone.unlink()

    second = start()
    async with second.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        curves = second.query_one(PanelArea).panel(LossPanel)
        await second.workers.wait_for_complete()
        await pilot.pause()
        assert [run.title for run in curves.view.runs] == ["(train 0)", "(train 2)"]
        assert [run.steps for run in curves.view.runs] == [3, 5]
        assert curves.filled
        second.keep_workspace()

    third = start()
    async with third.run_test(size=(120, 40)) as pilot:
        await third.workers.wait_for_complete()
        curves = third.query_one(PanelArea).panel(LossPanel)
        curves.receive([EvaluationStarted(1, "(train)", "<repl>"), Metric("loss", 1.0)])
        assert len(curves.view.runs) == 3
        assert curves.view.run is curves.training


async def test_a_program_by_name_comes_alone(start: Start, program: Path, tmp_path: Path) -> None:
    """But for text that would be lost."""
    other = tmp_path / "other.lisp"
    first = start(program)
    async with first.run_test() as pilot:
        await pilot.pause()
        first.query_one(Buffers).open(other)
        first.query_one(Buffers).current.insert("unsaved")
        await pilot.pause()
        first.keep_workspace()

    third = tmp_path / "third.lisp"
    second = start(third)
    async with second.run_test() as pilot:
        await pilot.pause()
        buffers = second.query_one(Buffers)
        assert [editor.path for editor in buffers.editors] == [third, other]
        assert buffers.current.path == third
        assert buffers.editors[1].text == "unsaved"


async def test_what_was_given_up_stays_away(start: Start, program: Path) -> None:
    first = start(program)
    async with first.run_test() as pilot:
        await pilot.press("x")
        first.keep_workspace()
        await pilot.press("ctrl+q")
        await pilot.pause()
        await pilot.click("#discard")
        await pilot.pause()

    second = start()
    async with second.run_test() as pilot:
        await pilot.pause()
        (editor,) = second.query_one(Buffers).editors
        assert editor.text == program.read_text("utf-8")


def test_files_are_read_as_written(tmp_path: Path) -> None:
    file = workspace_file(tmp_path, tmp_path / "é project")
    workspace = Workspace(
        (OpenProgram("/a", 1, 2), OpenProgram(None, 0, 0, "λ")), 1, "Loss", "(+", Shares(50, 40)
    )

    save_workspace(file, workspace)

    assert load_workspace(file) == workspace
    assert file.name.startswith("é project-")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        '{"programs": 1, "shown": 0, "panel": "", "draft": ""}',
        '{"programs": [{}], "shown": 0, "panel": "", "draft": ""}',
        json.dumps({"programs": [], "shown": -1, "panel": "", "draft": ""}),
        "[" * 100_000,
    ],
)
def test_damaged_files_are_passed_over(content: str, tmp_path: Path) -> None:
    (tmp_path / "file.json").write_text(content)

    assert load_workspace(tmp_path / "file.json") == Workspace()


async def test_unsaved_text_comes_back_without_its_file(start: Start, program: Path) -> None:
    """Another program has made the file unreadable: the text is kept as an untitled program."""
    first = start(program)
    async with first.run_test() as pilot:
        await pilot.press("x")
        first.keep_workspace()
    program.write_bytes(b"\xff\xfe")

    second = start()
    async with second.run_test() as pilot:
        await pilot.pause()
        (editor,) = second.query_one(Buffers).editors
        assert editor.path is None
        assert editor.text.startswith("x(setq")
        assert editor.unsaved
