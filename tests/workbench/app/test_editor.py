from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input
from textual.widgets.text_area import Selection

from tests.workbench.app.conftest import Build
from tests.workbench.fake_session import FakeSession
from workbench.app.app import Workbench
from workbench.app.editor import Editor
from workbench.app.files import write_atomically
from workbench.app.find_bar import FindBar
from workbench.runtime.protocol import ErrorView, EvaluationFailed


def editor_of(pilot: Pilot[int]) -> Editor:
    return pilot.app.query_one(Editor)


def roles(editor: Editor, row: int) -> list[tuple[str, str]]:
    """The coloured stretches of a line: text and colour."""
    text = editor.get_line(row)
    variables = editor.app.theme_variables
    names = {
        variables[f"syntax-{role}"]: role for role in ("string", "keyword", "symbol", "paren1")
    }
    return [
        (text.plain[span.start : span.end], names.get(str(span.style.color.name), "?"))
        for span in text.spans
        if not isinstance(span.style, str) and span.style.color
    ]


async def test_colours_fall_on_characters_behind_a_lambda(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        assert roles(editor_of(pilot), 0) == [
            ("(", "paren1"),
            ("setq", "keyword"),
            ("λx", "symbol"),
            ('"é("', "string"),
            (")", "paren1"),
        ]


async def test_typing_indents_and_keeps_the_text(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        for key in "(defun f (x)":
            await pilot.press({"(": "left_parenthesis", ")": "right_parenthesis"}.get(key, key))
        await pilot.press("enter", "x", "enter", "y")

        assert editor_of(pilot).text == "(defun f (x)\n  x\n  y)"


async def test_enter_between_forms_takes_the_blanks_along(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = editor_of(pilot)
        editor.text = "(list (a)   (b))"
        editor.move_cursor((0, 10))

        await pilot.press("enter")

        assert editor.text == "(list (a)\n      (b))"


async def test_enter_in_a_string_leaves_its_text_alone(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = editor_of(pilot)
        editor.text = '(print "a  b")'
        editor.move_cursor((0, 10))

        await pilot.press("enter")

        assert editor.text == '(print "a \n b")'


async def test_tab_indents_by_structure(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = editor_of(pilot)
        editor.text = "(let ((a 1))\n(print a)\n      (b))"

        editor.move_cursor((1, 0))
        await pilot.press("tab")
        assert editor.cursor_location == (1, 2)
        editor.selection = Selection((0, 0), (2, 3))
        await pilot.press("tab")

        assert editor.text == "(let ((a 1))\n  (print a)\n  (b))"


async def test_brackets_match_around_text_and_just_behind(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        editor = editor_of(pilot)

        assert editor.find_matching_bracket("(", (0, 0)) == (0, 13)
        assert editor.find_matching_bracket("", (0, 14)) == (0, 0)
        assert editor.find_matching_bracket("(", (0, 11)) is None


async def test_comment_marks_come_and_go(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = editor_of(pilot)
        editor.text = "(a\n\n  (b))"
        editor.select_all()

        editor.action_toggle_comment()
        assert editor.text == "; (a\n\n;   (b))"
        editor.action_toggle_comment()

        assert editor.text == "(a\n\n  (b))"


async def test_commenting_and_indenting_are_a_step_each(build: Build, tmp_path: Path) -> None:
    """One undo takes back all lines, and what was selected stays selected."""
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = editor_of(pilot)
        editor.text = "(let ((a 1))\n(list a\nb))"
        editor.selection = Selection((0, 0), (2, 3))

        editor.action_toggle_comment()
        assert editor.text == "; (let ((a 1))\n; (list a\n; b))"
        assert editor.selection == ((0, 0), (2, 5))
        editor.undo()
        assert editor.text == "(let ((a 1))\n(list a\nb))"

        await pilot.press("tab")
        assert editor.text == "(let ((a 1))\n  (list a\n        b))"
        editor.undo()
        assert editor.text == "(let ((a 1))\n(list a\nb))"


async def test_eval_sends_the_form_at_its_place(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test() as pilot:
        editor_of(pilot).move_cursor((3, 7))
        await pilot.press("ctrl+r")
        editor_of(pilot).move_cursor((3, 9))
        await pilot.press("ctrl+e")
        await pilot.pause()

        top, last = session.evaluated
        assert (top.source, top.origin) == ("\n\n(defun f (x)\n  (+ x 1))", str(program))
        assert last.source == "\n\n\n  (+ x 1)"
        assert editor_of(pilot).has_focus


async def test_a_failed_evaluation_is_marked_until_the_next_edit(
    build: Build, program: Path, session: FakeSession
) -> None:
    async with build(program).run_test() as pilot:
        app, editor = pilot.app, editor_of(pilot)
        assert isinstance(app, Workbench)
        session.emit(
            EvaluationFailed(1, ErrorView("no", str(program), 4, 3, 4, 10, "  (+ x 1))"), 0.1)
        )
        app.drain()

        underlined = [s for s in editor.get_line(3).spans if getattr(s.style, "underline", False)]
        assert [(span.start, span.end) for span in underlined] == [(2, 9)]
        editor.insert(" ", (0, 0))
        assert not any(getattr(s.style, "underline", False) for s in editor.get_line(3).spans)


async def test_the_unsaved_mark_follows_the_text(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        editor = editor_of(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert editor.unsaved
        await pilot.press("backspace")
        await pilot.pause()
        assert not editor.unsaved


async def test_save_writes_the_file(build: Build, program: Path) -> None:
    program.chmod(0o755)
    async with build(program).run_test() as pilot:
        await pilot.press("x", "ctrl+s")
        await pilot.pause()

        assert program.read_text("utf-8").startswith("x(setq")
        assert stat.S_IMODE(program.stat().st_mode) == 0o755
        assert not editor_of(pilot).unsaved
        assert [entry.name for entry in program.parent.iterdir() if entry.is_file()] == [
            program.name
        ]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.lisp"
    path.write_text("old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.lisp").write_text("old")
    (tmp_path / "link.lisp").symlink_to("real.lisp")

    write_atomically(tmp_path / "link.lisp", "new")

    assert (tmp_path / "real.lisp").read_text() == "new"
    assert (tmp_path / "link.lisp").is_symlink()


def test_a_file_that_may_not_be_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its folder would allow it; whoever runs this may be allowed everything."""
    path = tmp_path / "kept.lisp"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda asked, mode: asked != path.resolve())

    with pytest.raises(PermissionError):
        write_atomically(path, "new")

    assert path.read_text() == "old"


async def test_keys_typed_in_one_go_keep_their_order(
    build: Build, tmp_path: Path, session: FakeSession
) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        for key in ("a", "b", "backspace", "c", "left", "d", "home", "e", "f5", "g", "ctrl+s"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.pause()

        assert editor_of(pilot).text == "egadc"
        assert [evaluation.source for evaluation in session.evaluated] == ["eadc"]
        assert (tmp_path / "new.lisp").read_text("utf-8") == "egadc"


async def test_a_letter_with_alt_is_no_text(build: Build, tmp_path: Path) -> None:
    """Terminals send the letter along; bound or not, it is not inserted."""
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        for key, character in (("a", "a"), ("alt+w", "w"), ("b", "b"), ("alt+y", "y")):
            pilot.app.post_message(events.Key(key, character))
        await pilot.pause()
        assert editor_of(pilot).text == "(ba)"

        await pilot.press("ctrl+f")
        for key, character in (("a", "a"), ("alt+c", "c"), ("alt+y", "y"), ("b", "b")):
            pilot.app.post_message(events.Key(key, character))
        await pilot.pause()
        assert pilot.app.query_one("#find-words", Input).value == "ab"
        assert pilot.app.query_one(FindBar).cased


async def test_the_ends_of_a_long_program_are_a_key_away(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+end")
        assert editor_of(pilot).cursor_location == (5, 0)

        await pilot.press("ctrl+home")
        assert editor_of(pilot).cursor_location == (0, 0)
