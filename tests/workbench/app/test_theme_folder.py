"""Themes of the user's own: read at the start, and again when they are edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.app.conftest import Build
from tests.workbench.app.test_themes import source
from workbench.app.editor import Editor
from workbench.app.theme_folder import ThemeFolder
from workbench.folders import config_file, theme_folder

KEYWORD = 'keyword = "#cba4f7"'


def write(name: str, *changes: tuple[str, str]) -> None:
    text = source().replace("lispe-dark", name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    theme_folder().mkdir(parents=True, exist_ok=True)
    (theme_folder() / f"{name}.toml").write_text(text)


def test_only_what_was_written_is_read_again(tmp_path: Path) -> None:
    folder = ThemeFolder(tmp_path / "themes")
    assert folder.changes() == ([], [])
    write("mine")
    write("yours")
    folder = ThemeFolder(theme_folder())

    assert [theme.name for theme in folder.changes()[0]] == ["mine", "yours"]
    assert folder.changes() == ([], [])
    write("mine", (KEYWORD, 'keyword = "#ffffff0"'))
    assert folder.changes()[1] == ["mine.toml: 'keyword' is no colour: '#ffffff0'"]
    assert folder.changes() == ([], [])
    (theme_folder() / "yours.toml").unlink()
    assert folder.changes() == ([], [])


async def test_an_edited_theme_applies_at_once(build: Build, program: Path) -> None:
    write("mine")
    config_file().write_text('# my settings\ntheme = "mine"\n')
    app = build(program)
    async with app.run_test(size=(120, 40)) as pilot:
        editor = app.query_one(Editor)
        assert keyword_colour(editor) == "#cba4f7"

        write("mine", (KEYWORD, 'keyword = "#01020f"'), ('"#181b24"', '"#111111"'))
        app._reload_themes()
        await pilot.pause()

        assert keyword_colour(editor) == "#01020f"
        assert editor.styles.background.hex == "#111111"
    assert config_file().read_text() == '# my settings\ntheme = "mine"\n'


async def test_a_broken_theme_warns_and_the_former_stays(build: Build, program: Path) -> None:
    write("mine")
    config_file().write_text('theme = "mine"\n')
    app = build(program)
    async with app.run_test(size=(120, 40)) as pilot:
        write("mine", ("dark = true", "dark = maybe"))
        app._reload_themes()
        await pilot.pause()

        assert keyword_colour(app.query_one(Editor)) == "#cba4f7"
        assert [notice.severity for notice in app._notifications] == ["warning"]


async def test_a_new_theme_can_be_chosen(build: Build) -> None:
    app = build(None)
    async with app.run_test() as pilot:
        write("fresh")
        app._reload_themes()
        app.theme = "fresh"
        await pilot.pause()

        assert app.theme_variables["syntax-keyword"] == "#cba4f7"
    assert config_file().read_text() == 'theme = "fresh"\n'


@pytest.mark.parametrize(
    ("colour", "shown"),
    [("#fff", "#ffffff"), ("rebeccapurple", "#663399"), ("rgba(1, 2, 3, 0.5)", "#010203")],
)
async def test_every_way_to_write_a_colour_will_do(
    build: Build, program: Path, colour: str, shown: str
) -> None:
    """Syntax is coloured by Rich, which knows fewer ways than CSS."""
    write("mine", (KEYWORD, f'keyword = "{colour}"'), ('series1 = "#84b6ff"', 'series1 = "#fff"'))
    config_file().write_text('theme = "mine"\n')
    app = build(program)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

        assert keyword_colour(app.query_one(Editor)) == shown


async def test_the_app_looks_by_itself(build: Build) -> None:
    app = build(None)
    async with app.run_test() as pilot:
        write("fresh")
        for _ in range(30):
            await pilot.pause(0.1)
            if "fresh" in app.available_themes:
                break

        assert "fresh" in app.available_themes


def keyword_colour(editor: Editor) -> str | None:
    """The colour of ``defun`` in the program."""
    style = editor.get_line(2).get_style_at_offset(editor.app.console, 1)
    return style.color.name if style.color else None
