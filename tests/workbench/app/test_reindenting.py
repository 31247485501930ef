"""Edits by forms leave the code indented."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.app.conftest import Build
from tests.workbench.app.test_structural_editing import Edit, edited, place
from workbench.app import structural_editing as editing
from workbench.app.editor import Editor
from workbench.app.reindenting import reindented, settled
from workbench.app.scanner import scan


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (
            editing.slurp,
            "(defun f (x)|)\n(list x\n      y)",
            "(defun f (x)|\n  (list x\n        y))",
        ),
        (editing.slurp, "(a b|)\n\n  (c)\nd", "(a b|\n\n   (c))\nd"),
        (editing.slurp, '(a|)\n"x\n y"', '(a|\n  "x\n y")'),
        (editing.slurp, "(let ((a 1|)\n      (b 2)) c)", "(let ((a 1|\n         (b 2))) c)"),
        (editing.barf, "(f a|\n   b\n   (c\n     d))", "(f a|\n   b)\n(c\n  d)"),
        (editing.barf, "(f a\n   |b)", "(f a)\n|b"),
        (editing.splice, "(f (g |a\n      b)\n   c)", "(f g |a\n   b\n   c)"),
        (
            lambda scanner, at: editing.wrap(scanner, at, at),
            "|(f a\n   b)",
            "(|(f a\n    b))",
        ),
        (
            lambda scanner, at: editing.lift(scanner, at, at),
            "(if x\n    |(f a\n       b))",
            "|(f a\n   b)",
        ),
    ],
)
def test_what_an_edit_moves_is_indented(edit: Edit, before: str, after: str) -> None:
    source, at = place(before)
    scanner = scan(source)
    change = edit(scanner, at)
    assert change is not None

    assert edited(source, settled(scanner, change, 2)) == after


def test_blank_lines_stay_empty_among_others() -> None:
    scanner = scan("(a\n   \n b)")

    assert reindented(scanner, range(3), 2) == ["(a", "", "  b)"]
    assert reindented(scanner, range(1, 2), 2) == ["  "]


async def test_an_edit_and_its_indentation_are_one_step(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = pilot.app.query_one(Editor)
        editor.text = "(defun f (x))\n(list x\n      y)"
        editor.move_cursor((0, 12))
        await pilot.press("alt+i")
        assert editor.text == "(defun f (x)\n  (list x\n        y))"

        await pilot.press("alt+o")
        assert editor.text == "(defun f (x))\n(list x\n      y)"
        await pilot.press("ctrl+z", "ctrl+z")
        assert editor.text == "(defun f (x))\n(list x\n      y)"
