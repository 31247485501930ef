from __future__ import annotations

from pathlib import Path

import pytest

from workbench import resources
from workbench.app.themes import DARK, LIGHT, ThemeFileError, load_themes, parse_theme


def source(name: str = DARK) -> str:
    return next(p for p in resources.themes() if p.stem == name).read_text("utf-8")


def test_the_themes_of_the_program_are_whole() -> None:
    themes, warnings = load_themes(resources.themes())

    assert {theme.name: theme.dark for theme in themes} == {DARK: True, LIGHT: False}
    assert warnings == []
    for theme in themes:
        theme.to_color_system().generate()


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('primary = "#8ab0ff"', 'primary = "nonsense"', "'primary' is no colour: 'nonsense'"),
        ('paren1 = "', 'paren1 = "x', "'paren1' is no colour"),
        (
            'comment = "',
            'comment = 3\nkomment = "',
            "unknown key 'komment'; did you mean 'comment'",
        ),
        ('name = "lispe-dark"', "", "'name' is missing"),
        ("dark = true", 'dark = "yes"', "'name' must be text and 'dark' true or false"),
        ("[plot]", "[plots]", "unknown key 'plots'; did you mean 'plot'?"),
        ("[syntax]", "[syntax", "Expected"),
    ],
)
def test_a_mistake_is_named(wrong: str, right: str, message: str) -> None:
    with pytest.raises(ThemeFileError, match=r"^mine\.toml: ") as caught:
        parse_theme("mine.toml", source().replace(wrong, right))

    assert message in str(caught.value)


def test_a_broken_file_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("name = [")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "c.toml").write_text(source().replace("lispe-dark", "mine"))

    themes, warnings = load_themes(sorted(tmp_path.iterdir()))

    assert [theme.name for theme in themes] == ["mine"]
    assert [warning.partition(":")[0] for warning in warnings] == ["a.toml", "b.toml"]
