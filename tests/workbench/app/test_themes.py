from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from workbench import resources
from workbench.app.themes import (
    DARK,
    LIGHT,
    PLOT,
    SYNTAX,
    ThemeFileError,
    load_themes,
    parse_theme,
)


def source(name: str = DARK) -> str:
    return next(p for p in resources.themes() if p.stem == name).read_text("utf-8")


def luminance(colour: str) -> float:
    """The relative luminance of a colour, after WCAG 2."""
    parts = (part / 255 for part in Color.parse(colour).rgb)
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, after WCAG 2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


THEMES, WARNINGS = load_themes(resources.themes())
NAMES = [theme.name for theme in THEMES]


def test_the_themes_of_the_program_are_whole() -> None:
    assert WARNINGS == []
    assert {DARK, LIGHT} <= set(NAMES)
    assert [path.stem for path in resources.themes()] == NAMES
    for theme in THEMES:
        theme.to_color_system().generate()


def texts(theme: Theme) -> dict[str, str]:
    """The colours that text has."""
    syntax = {f"syntax-{role}": theme.variables[f"syntax-{role}"] for role in SYNTAX}
    roles = ("primary", "secondary", "accent", "success", "warning", "error", "foreground")
    return syntax | {role: str(getattr(theme, role)) for role in roles}


@pytest.mark.parametrize("theme", THEMES, ids=NAMES)
@pytest.mark.parametrize("ground", ["background", "surface"])
def test_text_can_be_read(theme: Theme, ground: str) -> None:
    """Every text has the contrast of 4.5 that WCAG asks for; curves have 3."""
    behind = str(getattr(theme, ground))
    curves = {name: theme.variables[f"plot-{name}"] for name in PLOT}
    ratios = {name: contrast(colour, behind) for name, colour in texts(theme).items()}
    curve_ratios = {name: contrast(colour, behind) for name, colour in curves.items()}

    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    assert {name: ratio for name, ratio in curve_ratios.items() if ratio < 3} == {}


@pytest.mark.parametrize("theme", THEMES, ids=NAMES)
@pytest.mark.parametrize("part", ["input-selection", "input-cursor", "block-cursor"])
def test_what_is_marked_can_be_read(theme: Theme, part: str) -> None:
    back, front = theme.variables[f"{part}-background"], theme.variables[f"{part}-foreground"]

    assert contrast(front, back) >= 4.5
    assert contrast(str(theme.background), str(theme.primary)) >= 4.5  # the tab that is up


@pytest.mark.parametrize("name", ["lispe-contrast-dark", "lispe-contrast-light"])
def test_strong_contrast_is_strong(name: str) -> None:
    theme = THEMES[NAMES.index(name)]

    assert all(contrast(colour, str(theme.surface)) >= 7 for colour in texts(theme).values())


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
