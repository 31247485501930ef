"""Themes are files: one TOML document with colour roles, and groups for syntax and plots.

``[syntax]`` and ``[plot]`` become the CSS variables ``$syntax-comment``, ``$plot-series1`` and so
on. A wrong colour would end the app when the theme is chosen, so every value is tried here first;
a file with a mistake is left out and said so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from workbench.settings import near

DARK = "lispe-dark"
LIGHT = "lispe-light"
_ROLES = "primary secondary accent success warning error foreground background surface panel boost"
_SYNTAX = """
    comment string number keyword builtin symbol quote error
    paren1 paren2 paren3 paren4 paren5 paren6
"""
COLOURS = _ROLES.split()
SYNTAX = _SYNTAX.split()
PLOT = [f"series{number}" for number in range(1, 7)]
_NAME = re.compile(r"\w[\w .-]*")  # lists of themes read other signs as markup
GROUPS = {"syntax": SYNTAX, "plot": PLOT}


class ThemeFileError(ValueError):
    """A theme file that can't be used; the message names the file and the mistake."""


def load_themes(files: Iterable[Path]) -> tuple[list[Theme], list[str]]:
    """The usable themes among ``files``, and a sentence for each file that is not one."""
    themes: list[Theme] = []
    warnings: list[str] = []
    for file in files:
        try:
            themes.append(parse_theme(file.name, file.read_text("utf-8")))
        except ThemeFileError as error:
            warnings.append(str(error))
        except (OSError, UnicodeDecodeError) as error:
            warnings.append(f"{file.name}: {error}")
    return themes, warnings


def chosen_theme(name: str, known: Iterable[str]) -> tuple[str, list[str]]:
    """``name``, or the usual theme and a sentence where ``name`` is not among the ``known``."""
    if name in known:
        return name, []
    return DARK, [f"'theme' is \"{name}\", there is no such theme{near(name, list(known))}"]


def parse_theme(file: str, source: str) -> Theme:
    """The theme that ``source`` describes.

    Raises:
        ThemeFileError: It is no TOML, a key is missing or unknown, or a colour is none.
    """
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ThemeFileError(f"{file}: {error}") from error
    known = [*COLOURS, "name", "dark", "variables", *GROUPS]
    _require(file, table, known, ["name", "dark", *COLOURS, *GROUPS])
    if not isinstance(table["name"], str) or not isinstance(table["dark"], bool):
        raise ThemeFileError(f"{file}: 'name' must be text and 'dark' true or false")
    if not _NAME.fullmatch(table["name"]):
        raise ThemeFileError(f"{file}: 'name' may hold letters, digits, blanks and . _ - only")
    variables = dict(_colours(file, "", table.get("variables", {})))
    for group, names in GROUPS.items():
        _require(file, table[group], names, names)
        for name, value in _colours(file, f"{group}-", table[group]):
            variables[name] = Color.parse(value).hex6.lower()  # Rich, too, can read
    roles: dict[str, Any] = dict(_colours(file, "", {role: table[role] for role in COLOURS}))
    return Theme(name=table["name"], dark=table["dark"], variables=variables, **roles)


def _require(file: str, table: Any, known: list[str], needed: list[str]) -> None:
    if not isinstance(table, dict):
        raise ThemeFileError(f"{file}: [syntax] and [plot] must be tables")
    for key in table:
        if key not in known:
            raise ThemeFileError(f"{file}: unknown key '{key}'{near(key, known)}")
    for key in needed:
        if key not in table:
            raise ThemeFileError(f"{file}: '{key}' is missing")


def _colours(file: str, prefix: str, table: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(table, dict):
        raise ThemeFileError(f"{file}: [variables] must be a table")
    for name, value in table.items():
        try:
            Color.parse(value)
        except (ColorParseError, TypeError, AttributeError) as error:
            raise ThemeFileError(f"{file}: '{name}' is no colour: {value!r}") from error
        yield prefix + name, value
