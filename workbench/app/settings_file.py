"""Writes choices made in the app into the file of settings; its other lines stay as they are."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.app.files import write_atomically
from workbench.toml_text import toml_value

_TABLE = re.compile(r"\s*\[")
_TEXT = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"


def save_theme(path: Path, theme: str) -> None:
    """Write the choice of ``theme`` into ``path``, in the place of the former one.

    Comments, blank lines and the order of the settings are kept.

    Raises:
        OSError: The file can't be read or written.
        UnicodeDecodeError: It is not UTF-8 text.
    """
    source = path.read_bytes().decode("utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, with_setting(source, "theme", theme))


def with_setting(source: str, name: str, value: str) -> str:
    """TOML ``source`` with the text ``value`` for ``name``, which stands before any table."""
    written = f"{name} = {toml_value(value)}"
    lines = source.splitlines(keepends=True)
    end = next((place for place, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    setting = re.compile(rf"(\s*)(?:{name}|\"{name}\"|'{name}')\s*=\s*(?:{_TEXT}|[^#\s]+)")
    for place, line in enumerate(lines[:end]):
        if found := setting.match(line):
            lines[place] = found[1] + written + line[found.end() :]
            return "".join(lines)
    ending = "\r\n" if "\r\n" in source else "\n"
    return f"{written}{ending}{source}"
