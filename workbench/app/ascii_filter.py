"""Draws the screen with ASCII characters: one filter over every line, whichever widget drew it.

Borders, bars, braille curves and marks become the ASCII character most like them, cell for cell.
Letters of any script are left alone: they are the program's text, not the workbench's drawing.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from workbench.app.panels.braille import BLANK, DOTS

SIGNS = {
    "λ": "\\",  # LispE reads both
    "…": "~",
    "·": ".",
    "•": "*",
    "–": "-",
    "—": "-",
    "×": "x",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "∞": "I",
    "⏎": "$",
    "▕": "|",
    "▏": "|",
    "▎": "|",
    "▍": ":",
    "▌": ":",
    "▋": "=",
    "▊": "=",
    "▉": "=",
    "█": "#",
    "▐": "|",
    "▀": '"',
    "▔": '"',
    "░": ".",
    "▒": ":",
    "▓": "#",
    "▶": ">",
    "▼": "v",
    "▲": "^",
    "◀": "<",
    "✓": "+",
    "✗": "x",
    "─": "-",
    "━": "-",
    "│": "|",
    "┃": "|",
}
LOWER_BLOCKS = dict(zip("▁▂▃▄▅▆▇", "__.,-=+", strict=True))
DRAWN = range(0x2190, 0x2C00)
"""Arrows, technical signs, boxes, blocks, shapes, dingbats, braille: what widgets draw with."""

BOXES, BRAILLE = range(0x2500, 0x2580), range(BLANK, BLANK + 256)
PRIVATE = range(0xE000, 0xF900)


class AsciiTable(dict[int, str]):
    """A table for ``str.translate`` that fills itself as characters are met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = found = SIGNS.get(sign) or LOWER_BLOCKS.get(sign) or _drawn(code)
        return found


def _drawn(code: int) -> str:
    """What stands for a character that has no entry of its own; letters for themselves."""
    if code in BRAILLE:
        return _dots(code - BLANK)
    if code in BOXES:
        return "+"
    return "*" if code in DRAWN or code in PRIVATE else chr(code)


def _dots(pattern: int) -> str:
    """The character most like a pattern of braille dots, two across and four down."""
    left = [row for row, dots in enumerate(DOTS) if pattern & dots[0]]
    right = [row for row, dots in enumerate(DOTS) if pattern & dots[1]]
    if not left and not right:
        return " "
    height = sum(left + right) / len(left + right)
    level = "'" if height < 1 else "-" if height <= 2 else "."
    if not left or not right:
        return "|" if len(left + right) > 2 else level
    if len(left) > 2 and len(right) > 2:
        return "#"
    slope = sum(left) / len(left) - sum(right) / len(right)
    if abs(slope) >= 1:
        return "/" if slope > 0 else "\\"
    return "_" if level == "." else level


class AsciiFilter(LineFilter):
    """Translates every line as it goes to the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._table = AsciiTable()

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with ASCII for what was drawn."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(self._table), segment.style, segment.control)
            for segment in segments
        ]
