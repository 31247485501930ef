from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbench.app.conftest import Build
from workbench.app import structural_editing as editing
from workbench.app.editor import Editor
from workbench.app.scanner import Scanner, State, scan
from workbench.app.structural_editing import Change
from workbench.app.structure import Location

Edit = Callable[[Scanner, Location], Change | None]


def place(text: str) -> tuple[str, Location]:
    """``text`` without its ``|``, and where that stood."""
    before, _, after = text.partition("|")
    lines = before.split("\n")
    return before + after, (len(lines) - 1, len(lines[-1]))


def marked(text: str, at: Location) -> str:
    """``text`` with a ``|`` at a place."""
    lines = text.split("\n")
    lines[at[0]] = lines[at[0]][: at[1]] + "|" + lines[at[0]][at[1] :]
    return "\n".join(lines)


def edited(text: str, change: Change | None) -> str | None:
    """``text`` after ``change``, with a ``|`` at the cursor."""
    if change is None:
        return None
    lines = text.split("\n")
    before = "\n".join([*lines[: change.start[0]], lines[change.start[0]][: change.start[1]]])
    after = "\n".join([lines[change.end[0]][change.end[1] :], *lines[change.end[0] + 1 :]])
    return marked(before + change.text + after, change.cursor)


def at_place(edit: Edit, text: str) -> str | None:
    source, at = place(text)
    return edited(source, edit(scan(source), at))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(a|) b c", "(a| b) c"),
        ("(|) b", "(|b)"),
        ("(a|) '(b) c", "(a| '(b)) c"),
        ("((a|)) b", "((a|) b)"),
        ("(a|) ; (c)\n  b", "(a| ; (c)\n  b)"),
        ('[a|] "b\nc"', '[a| "b\nc"]'),
        ("(a|)(b)", "(a| (b))"),
        ("(a|)", None),
        ("(a| b", None),
        ("(a (b|] c", None),
        ("(a|) (b]", None),
        ('(a|) ")"', '(a| ")")'),
    ],
)
def test_slurp_takes_the_next_form_in(before: str, after: str | None) -> None:
    assert at_place(editing.slurp, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(|a b c)", "(|a b) c"),
        ("(a |b)", "(a) |b"),
        ("(|a)", "(|) a"),
        ("(|a '(b))", "(|a) '(b)"),
        ("(|a ; x\n b)", "(|a) ; x\n b"),
        ("(|a ; x)\n b ; y\n)", "(|a) ; x)\n b ; y\n"),
        ("((a)|(b))", "((a)|) (b)"),
        ("(a| b)c", "(a|) b c"),
        ("(|)", None),
        ("|a", None),
    ],
)
def test_barf_puts_the_last_form_out(before: str, after: str | None) -> None:
    assert at_place(editing.barf, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(a |b c)", "(a (|b) c)"),
        ("(a b| c)", "(a (|b) c)"),
        ("(a | (b))", "(a  (|(b)))"),
        ("(a |'(b))", "(a (|'(b)))"),
        ("(a |)", "(a (|))"),
        ("|", "(|)"),
        ('(a "x|y")', '(a (|"xy"))'),
    ],
)
def test_wrap_puts_parentheses_around(before: str, after: str) -> None:
    assert at_place(lambda scanner, at: editing.wrap(scanner, at, at), before) == after


def test_wrap_takes_a_selection_of_whole_forms() -> None:
    scanner = scan("(a b c) d")

    assert editing.wrap(scanner, (0, 1), (0, 4)) == ("(a b)", (0, 1), (0, 4), (0, 2))
    assert editing.wrap(scanner, (0, 3), (0, 9)) is None
    assert editing.wrap(scan("foo"), (0, 1), (0, 2)) is None


@pytest.mark.parametrize("text", ["(|(a]", "; a |", "a ;; |\nb ;;"])
def test_wrap_leaves_alone_what_it_would_break(text: str) -> None:
    assert at_place(lambda scanner, at: editing.wrap(scanner, at, at), text) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(if x (|f 1) 2)", "(if x |f 2)"),
        ("(if x |(f 1) 2)", "|(f 1)"),
        ("(if x (f 1)| 2)", "|(f 1)"),
        ("(if x (f | 1) 2)", "(if x |1 2)"),
        ("z(|a)", "z |a"),
        ("(a|\n b)\nc", "|a\nc"),
        ("|a", None),
        ("(a |)", None),
    ],
)
def test_raise_leaves_the_form_alone(before: str, after: str | None) -> None:
    assert at_place(lambda scanner, at: editing.lift(scanner, at, at), before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(a (b |c) d)", "(a b |c d)"),
        ("(a '(|b))", "(a |b)"),
        ("x(|a)y", "x |a y"),
        ("(a (b\n   |c))", "(a b\n   |c)"),
        ("(a (|))", "(a |)"),
        ("|a", None),
        ("(a (b|]", None),
    ],
)
def test_splice_drops_the_brackets(before: str, after: str | None) -> None:
    assert at_place(editing.splice, before) == after


@pytest.mark.parametrize(
    ("text", "back", "on", "out"),
    [
        ("(a |(b) c)", "(|a (b) c)", "(a (b)| c)", "|(a (b) c)"),
        ("(a (b)| c)", "(a |(b) c)", "(a (b) c|)", "|(a (b) c)"),
        ("(|a)", "|(a)", "(a|)", "|(a)"),
        ("(a|)", "(|a)", "(a)|", "|(a)"),
        ("(foo ba|r)", "(foo |bar)", "(foo bar|)", "|(foo bar)"),
        ("(a ; (\n|b)", "(|a ; (\nb)", "(a ; (\nb|)", "|(a ; (\nb)"),
        ("'|(a) b", None, "'(a)| b", None),
        ("|", None, None, None),
    ],
)
def test_moves_go_by_forms(text: str, back: str | None, on: str | None, out: str | None) -> None:
    source, at = place(text)
    scanner = scan(source)
    moves = (editing.place_before, editing.place_after, editing.place_outside)

    places = [move(scanner, at) for move in moves]

    assert [found and marked(source, found) for found in places] == [back, on, out]


PIECES = ["(", ")", "[", "]", "a", " ", "\n", '"', ";", "'", "(a b)", "(c)", ' "s" ', "`"]


def is_whole(scanner: Scanner) -> bool:
    kinds = {token.kind for line in scanner.lines for token in line.tokens}
    return scanner.end == State() and "error" not in kinds


def atoms(scanner: Scanner) -> list[str]:
    found = []
    for line in scanner.lines:
        for token in line.tokens:
            if token.kind not in ("open", "close", "quote", "comment"):
                found.append(line.text[token.start : token.end])
    return found


def test_no_edit_breaks_a_whole_program() -> None:
    """Whatever the text and the place: brackets stay balanced, nothing but brackets changes."""
    dice = random.Random(5)
    edits: list[Edit] = [editing.slurp, editing.barf, editing.splice]
    edits.append(lambda scanner, at: editing.wrap(scanner, at, at))
    tried = 0
    while tried < 500:
        text = "".join(dice.choices(PIECES, k=dice.randint(1, 12)))
        scanner = scan(text)
        lines = text.split("\n")
        row = dice.randrange(len(lines))
        at = (row, dice.randint(0, len(lines[row])))
        change = dice.choice(edits)(scanner, at)
        if change is None or not is_whole(scanner):
            continue
        tried += 1
        changed = edited(text, change)
        assert changed is not None
        after = scan(changed.replace("|", ""))
        assert (is_whole(after), atoms(after)) == (True, atoms(scanner)), (text, at)


def test_selections_grow_form_by_form() -> None:
    text = "(a '(b foo) ; )\n c)"
    scanner = scan(text)
    start = end = (0, 8)
    grown = []

    while (form := editing.expanded(scanner, start, end)) is not None:
        start, end = form
        grown.append(editing.text_between(scanner, start, end))

    assert grown == ["foo", "'(b foo)", text]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('(a "x|y")', True),
        ('(a "xy"|)', False),
        ('(a |"xy")', False),
        ("a ; b|", True),
        ("a ; b ;;|", True),
        ("a |; b", False),
        (";; a |;; b", True),
        (";; a ;;| b", False),
        (";; a\nb| ;;", True),
        (";; a\nb ;;| c", False),
        ('"a\n|b"', True),
        ("(|)", False),
    ],
)
def test_text_is_told_from_code(text: str, inside: bool) -> None:
    source, at = place(text)

    assert editing.in_text(scan(source), at) is inside


async def test_keys_edit_forms_in_one_step_each(build: Build, tmp_path: Path) -> None:
    """Every edit is one step for undo, which brings text and cursor back."""
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = pilot.app.query_one(Editor)
        editor.text, start = place("(a (b|) c d)")
        editor.move_cursor(start)
        states = []

        for key in ("alt+i", "alt+i", "alt+o", "alt+w", "alt+d", "alt+u"):
            await pilot.press(key)
            states.append(marked(editor.text, editor.cursor_location))

        assert states == [
            "(a (b| c) d)",
            "(a (b| c d))",
            "(a (b| c) d)",
            "(a ((|b) c) d)",
            "(a (|b c) d)",
            "(a |b d)",
        ]
        for state in reversed(["(a (b|) c d)", *states[:-1]]):
            await pilot.press("ctrl+z")
            assert marked(editor.text, editor.cursor_location) == state


async def test_keys_move_and_select_by_forms(build: Build, tmp_path: Path) -> None:
    async with build(tmp_path / "new.lisp").run_test() as pilot:
        editor = pilot.app.query_one(Editor)
        editor.text = "(a (b) c)"
        editor.move_cursor((0, 2))

        await pilot.press("alt+l", "alt+l")
        assert editor.cursor_location == (0, 8)
        await pilot.press("alt+h", "alt+h")
        assert editor.cursor_location == (0, 3)
        await pilot.press("alt+k")
        assert editor.cursor_location == (0, 0)

        editor.move_cursor((0, 5))
        await pilot.press("alt+e", "alt+e")
        assert editor.selected_text == "(b)"
        await pilot.press("alt+e", "alt+s")
        assert editor.selected_text == "(b)"
        await pilot.press("alt+s")
        assert editor.selected_text == "b"
        await pilot.press("alt+s", "alt+s")
        assert editor.selection == ((0, 5), (0, 5))
