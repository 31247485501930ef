from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.workbench.app.conftest import Build
from tests.workbench.app.test_structural_editing import marked, place
from workbench.app.auto_close import is_empty_pair, response
from workbench.app.editor import Editor
from workbench.app.scanner import scan

KEYS = {
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "[": "left_square_bracket",
    '"': "quotation_mark",
    "\\": "backslash",
    ";": "semicolon",
    "'": "apostrophe",
    " ": "space",
    "\n": "enter",
    "<": "backspace",
}


@pytest.mark.parametrize(
    ("text", "character", "answer"),
    [
        ("|", "(", "pair"),
        ("(f |)", "[", "pair"),
        ("|foo", "(", None),
        ('"|"', "(", None),
        ("; |", "(", None),
        ("(|)", ")", "step over"),
        ("(a|]", "]", "step over"),
        ("(|]", ")", None),
        ("a|)", ")", None),
        ('"a|"', '"', "step over"),
        ('"a\\|"', '"', None),
        ('"a| b', '"', None),
        ('""|', '"', None),
        ("(f |)", '"', "pair"),
        ("foo|", '"', None),
        ("'|", "(", "pair"),
        ('(f |"a")', '"', None),
        ('"a\nb|"', '"', "step over"),
    ],
)
def test_what_typing_calls_for(text: str, character: str, answer: str | None) -> None:
    source, at = place(text)

    assert response(scan(source), at, character) == answer


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("(|)", True),
        ("{|}", True),
        ('(f "|")', True),
        ("(a|)", False),
        ("(|]", False),
        ('"(|)"', False),
        ('"a"|"b"', False),
        ("|()", False),
    ],
)
def test_empty_pairs_are_known(text: str, empty: bool) -> None:
    source, at = place(text)

    assert is_empty_pair(scan(source), at) is empty


async def written(pilot: Pilot[int], text: str) -> str:
    """What stands in an empty editor after ``text`` was typed, with a ``|`` at the cursor."""
    editor = pilot.app.query_one(Editor)
    editor.text = ""
    for character in text:
        await pilot.press(KEYS.get(character, character))
    return marked(editor.text, editor.cursor_location)


async def test_typing_a_program_gives_that_program(build: Build, tmp_path: Path) -> None:
    """Whoever types every closing bracket does not notice that they come by themselves."""
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        for text in ('(f \'(a [b]) "x(\\"") ; (c', '"""a', "(f) (g (h))", "''((a))"):
            assert await written(pilot, text) == text + "|"


async def test_pairs_come_and_go_together(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        assert await written(pilot, "(f [") == "(f [|])"
        assert await written(pilot, "(f [<") == "(f |)"
        assert await written(pilot, '(f "<<') == "(f|)"
        assert await written(pilot, "(defun f (x)\n(g x") == "(defun f (x)\n  (g x|))"
        assert await written(pilot, "(f ; a\nb)") == "(f ; a\n  b)|"


async def test_closing_can_be_turned_off(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        await pilot.press("alt+a")
        assert await written(pilot, "(f [<") == "(f |"
        await pilot.press("alt+a")
        assert await written(pilot, "(") == "(|)"
