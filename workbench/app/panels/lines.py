"""Text from anywhere, made fit for one line of the screen."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def single_line(text: str, limit: int = 1000) -> str:
    """The first ``limit`` characters of ``text`` with line breaks and control characters shown."""
    cut = text[:limit]
    if cut.isprintable():
        return cut
    return "".join(sign if sign.isprintable() else "⏎" if sign == "\n" else "·" for sign in cut)


def drawable(text: str) -> str:
    """``text`` with its lines and tabs; what could command the terminal is shown as a dot."""
    return _COMMANDS.sub("·", text.replace("\r", ""))


def fitted(text: str, width: int) -> str:
    """``text`` on exactly ``width`` cells, cut with an ellipsis where it is longer."""
    if width <= 0:
        return ""
    line = single_line(text, width + 1)
    if cell_len(line) > width:
        return set_cell_size(line, width - 1) + "…"
    return set_cell_size(line, width)
