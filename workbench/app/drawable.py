"""Text from anywhere, made fit to be drawn.

What would command the terminal, turn the direction of a line around or hide in it is shown as a
replacement character: control codes, bidirectional overrides, spaces without width. Joiners stay,
for emoji and many scripts are written with them.
"""

from __future__ import annotations

import re
from functools import cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
TAB = 8
UNDRAWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_STRAY = re.compile(rf"{UNDRAWABLE.pattern}|[\t\n]")
COMMON = range(0x20, 0x3000)
"""Letters and signs of most scripts, those that take two cells apart."""

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)?|\x9b[0-9;?]*[ -/]*[@-~]"
)


def visible(text: str) -> str:
    """``text`` with a replacement character for each that can't be drawn; lines and tabs stay."""
    return text if text.isprintable() else UNDRAWABLE.sub(REPLACEMENT, text)


def drawable(text: str) -> str:
    """``text`` as it can be drawn on several lines: tabs become blanks."""
    return text if text.isprintable() else visible(text.replace("\r\n", "\n").expandtabs(TAB))


def takes_cell_each(text: str) -> bool:
    """Whether every character of ``text`` takes one cell: this is quick, where measuring is not."""
    return text.isascii() or _single_cells().issuperset(text)


@cache
def _single_cells() -> frozenset[str]:
    return frozenset(character for character in map(chr, COMMON) if cell_len(character) == 1)


def drawn_width(line: str, tab: int) -> int:
    """How many cells a line takes whose tabs reach to multiples of ``tab``."""
    return cell_len(visible(line).expandtabs(tab))


def single_line(text: str, limit: int = 1000) -> str:
    """The first ``limit`` characters of ``text`` as it can be drawn on one line."""
    return drawable(text[:limit]).replace("\n", "⏎")


def fitted(text: str, width: int) -> str:
    """``text`` on exactly ``width`` cells of one line, cut with an ellipsis where it is longer."""
    if width <= 0:
        return ""
    line = single_line(text, width + 1)
    if cell_len(line) > width:
        return set_cell_size(line, width - 1) + "…"
    return set_cell_size(line, width)


def shortened(text: str, cells: int) -> str:
    """A line in at most so many cells, with an ellipsis where it was cut."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + "…"


def without_escapes(text: str) -> str:
    """``text`` without the sequences that colour it or command a terminal otherwise."""
    return _ESCAPES.sub("", text) if "\x1b" in text or "\x9b" in text else text


class DrawableFilter(LineFilter):
    """Keeps from the terminal what a widget gives out although it can't be drawn.

    What was measured with no width leaves nothing, for the rest of the line must not move: only
    text that was made :func:`drawable` before shows the place.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without what can't be drawn."""
        return [
            segment
            if segment.text.isprintable()
            else Segment(_STRAY.sub(_as_wide, segment.text), segment.style, segment.control)
            for segment in segments
        ]


DRAWABLE = DrawableFilter()


def _as_wide(found: re.Match[str]) -> str:
    return REPLACEMENT * cell_len(found[0])
