from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.workbench.app.conftest import Build
from workbench.app.editor import Editor
from workbench.app.find_bar import FindBar

TEXT = "(list foo)\n(list [b] Foo)\n(print foo)\n"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.lisp"
    path.write_text(TEXT, "utf-8")
    return path


def editor_of(pilot: Pilot[int]) -> Editor:
    return pilot.app.query_one("Editor.-current", Editor)


async def count(pilot: Pilot[int]) -> str:
    await pilot.pause()
    return str(pilot.app.query_one("#find-count", Static).content)


async def test_words_are_found_as_they_are_typed(build: Build, program: Path) -> None:
    """Typing goes to the first match, enter and arrows go on, and the end leads to the start."""
    async with build(program).run_test() as pilot:
        editor = editor_of(pilot)
        await pilot.press("ctrl+f", *"foo")
        assert await count(pilot) == "1 of 3"
        assert editor.selection == ((0, 6), (0, 9))

        await pilot.press("enter", "down")
        assert await count(pilot) == "3 of 3"
        await pilot.press("enter")
        assert await count(pilot) == "1 of 3"
        await pilot.press("up")
        assert editor.selection == ((2, 7), (2, 10))

        await pilot.press("escape")
        assert editor.has_focus
        assert not pilot.app.query_one(FindBar).display


async def test_case_counts_when_asked(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+f", *"Foo", "alt+c")
        assert await count(pilot) == "1 of 1"
        assert editor_of(pilot).selection.start == (1, 10)

        await pilot.press("alt+c")
        assert await count(pilot) == "2 of 3"


async def test_what_is_nowhere_is_said_so(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+f", *"nowhere", "enter")

        assert await count(pilot) == "no match"
        assert editor_of(pilot).text == TEXT


async def test_matches_are_marked_while_the_bar_is_open(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        editor = editor_of(pilot)

        def marked() -> list[tuple[int, int]]:
            spans = editor.get_line(1).spans
            return [(s.start, s.end) for s in spans if getattr(s.style, "bgcolor", None)]

        await pilot.press("ctrl+f", *"[b]")
        assert marked() == [(6, 9)]
        await pilot.press("escape")
        assert marked() == []


async def test_a_selection_is_looked_for(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press(*["shift+right"] * 5, "ctrl+f")

        assert pilot.app.query_one("#find-words", Input).value == "(list"
        assert await count(pilot) == "1 of 2"


async def test_one_match_is_replaced_and_the_next_shown(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        editor = editor_of(pilot)
        await pilot.press("ctrl+f", *"foo", "tab", *"barfoo", "enter", "alt+r")

        assert editor.text == "(list barfoo)\n(list [b] barfoo)\n(print foo)\n"
        assert editor.selection == ((2, 7), (2, 10))
        editor.undo()
        assert editor.text == "(list barfoo)\n(list [b] Foo)\n(print foo)\n"


async def test_all_are_replaced_in_one_step(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        editor = editor_of(pilot)
        await pilot.press("ctrl+f", *"foo", "tab", *"ofoo", "alt+a")

        assert editor.text == "(list ofoo)\n(list [b] ofoo)\n(print ofoo)\n"
        assert await count(pilot) == "3 replaced"
        editor.undo()
        assert editor.text == TEXT


async def test_the_search_goes_on_without_the_bar(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+f", *"foo", "escape", "alt+n")
        assert editor_of(pilot).selection.start == (1, 10)
        await pilot.press("alt+p")
        assert editor_of(pilot).selection.start == (0, 6)


async def test_the_bar_goes_along_to_another_program(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+f", *"foo", "f2", "ctrl+n")
        assert await count(pilot) == "no match"
        await pilot.press(*"foo", "escape")

        assert not pilot.app.query_one(FindBar).display
        assert editor_of(pilot).text == "foo"


async def test_escape_in_the_editor_ends_the_search_too(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+f", *"foo", "f2", "escape")

        assert not pilot.app.query_one(FindBar).display
        assert editor_of(pilot).has_focus


async def test_edits_are_counted(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+f", *"foo")
        editor_of(pilot).focus()
        await pilot.press("x")
        await pilot.pause(0.3)

        assert await count(pilot) == "– of 2"


async def test_a_zoomed_editor_shrinks_for_the_bar(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("f4", "ctrl+f")

        assert pilot.app.screen.maximized is None
        assert pilot.app.query_one("#find-words").has_focus


async def test_go_to_a_line(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+g", *"2:7", "enter")
        assert editor_of(pilot).cursor_location == (1, 6)

        await pilot.press("ctrl+g", *"99", "enter")
        assert editor_of(pilot).cursor_location == (3, 0)

        await pilot.press("ctrl+g", "x", "enter", "escape")
        assert editor_of(pilot).cursor_location == (3, 0)


async def test_a_pattern_is_found_and_replaced_by_its_groups(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        await pilot.press("ctrl+f", *r"\(list (\w+)", "alt+e")
        assert await count(pilot) == "1 of 1"

        await pilot.press("tab", *r"(print \1", "alt+a")
        assert await count(pilot) == "1 replaced"
        assert editor_of(pilot).text == TEXT.replace("(list foo", "(print foo")

        await pilot.press("escape", "ctrl+z")
        assert editor_of(pilot).text == TEXT


async def test_what_is_no_pattern_is_said(build: Build, program: Path) -> None:
    """In the place of the keys, which come back; neither the pattern nor the template ends us."""
    async with build(program).run_test() as pilot:

        def told() -> str:
            return str(pilot.app.query_one("#find-keys", Static).content)

        await pilot.press("ctrl+f", "alt+e", *"(foo")
        assert await count(pilot) == ""
        assert told() == "'(foo' is no pattern: missing ) at character 5"

        await pilot.press(")")
        assert await count(pilot) == "1 of 3"
        assert told().startswith("up previous  alt+c case  alt+e pattern")

        await pilot.press("tab", *r"\7", "enter")
        await pilot.pause()
        assert told().startswith(r"'\7' can't replace a match: ")
        assert editor_of(pilot).text == TEXT
        await pilot.press("backspace")
        await pilot.pause()
        assert told().startswith("up previous")


async def test_the_beginning_of_lines_is_found_and_replaced(build: Build, program: Path) -> None:
    """One after the other, each once, and all in one step."""
    async with build(program).run_test() as pilot:
        lines = TEXT.splitlines()
        await pilot.press("ctrl+f", "alt+e", "^")
        assert await count(pilot) == f"1 of {len(lines) + 1}"
        await pilot.press("enter")
        assert await count(pilot) == f"2 of {len(lines) + 1}"
        await pilot.press("up", "tab", *"; ", "enter", "enter")
        assert editor_of(pilot).text.splitlines()[:3] == [
            f"; {lines[0]}",
            f"; {lines[1]}",
            lines[2],
        ]
        await pilot.press("alt+a")
        assert await count(pilot) == f"{len(lines) + 1} replaced"
        assert editor_of(pilot).text.splitlines()[2] == f"; {lines[2]}"


async def test_the_end_of_a_line_is_replaced_once(build: Build, program: Path) -> None:
    async with build(program).run_test() as pilot:
        lines = TEXT.splitlines()
        await pilot.press("ctrl+f", "alt+e", *"$", "tab", "x", "enter", "enter")

        assert editor_of(pilot).text.splitlines()[:3] == [f"{lines[0]}x", f"{lines[1]}x", lines[2]]


async def test_a_pattern_over_several_lines_is_found_marked_and_replaced(
    build: Build, program: Path
) -> None:
    program.write_text("(a 1)\n(b 2)\n(c 3)\n")
    async with build(program).run_test() as pilot:
        editor = editor_of(pilot)
        await pilot.press("ctrl+f", "alt+e", *r"1\)\n\(b|3\)\n")
        assert await count(pilot) == "1 of 2"
        assert sorted(editor.selection) == [(0, 3), (1, 2)]
        assert [editor.matched_in(row) for row in range(4)] == [
            [(3, 5)],
            [(0, 2)],
            [(3, 5)],
            [(0, 0)],
        ]

        await pilot.press("tab", *r"1 b", "enter")
        assert editor.text == "(a 1 b 2)\n(c 3)\n"
        await pilot.press("alt+a")
        assert editor.text == "(a 1 b 2)\n(c 1 b"
        await pilot.press("escape", "ctrl+z", "ctrl+z")
        assert editor.text == "(a 1)\n(b 2)\n(c 3)\n"
