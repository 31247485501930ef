"""Wide lines go on under their beginning."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from workbench.app.hanging_text import HangingText, hung


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("  F5  Evaluate the whole program", ["  F5  Evaluate the whole", "      program"]),
        ("↑ or →  Go up, or to the right side", ["↑ or →  Go up, or to the", "        right side"]),
        ("    x: The numbers to be added", ["    x: The numbers to be", "        added"]),
        ("What is said of a thing, and more", ["What is said of a thing,", "and more"]),
        ("(torch_name (one 1) (two 2) rest…)", ["(torch_name (one 1) (two", "    2) rest…)"]),
        ("    (f x)  ; short", ["    (f x)  ; short"]),
        ("", [""]),
    ],
)
def test_lines_hang(line: str, rows: list[str]) -> None:
    assert [row.plain for row in hung(Content(line), 24)] == rows


def test_brackets_and_colours_stay() -> None:
    content = Content.assemble(("F5", "bold"), "  [/x] [b]one two three four[/b]")

    rows = hung(content, 22)

    assert " ".join(row.plain.strip() for row in rows) == content.plain
    assert [(span.start, span.end) for span in rows[0].spans] == [(0, 2)]


async def test_a_page_is_as_high_as_its_rows_and_wraps_anew() -> None:
    class Page(App[None]):
        def compose(self) -> ComposeResult:
            yield HangingText(Content("  F5  Evaluate the whole program"))

    async with Page().run_test(size=(24, 10)) as pilot:
        text = pilot.app.query_one(HangingText)
        assert text.size.height == 2

        await pilot.resize_terminal(60, 10)
        assert text.size.height == 1
