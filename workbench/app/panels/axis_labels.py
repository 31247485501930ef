"""What stands beside the rows of a tensor and above its columns: the tokens of attention."""

from __future__ import annotations

from rich.cells import cell_len

from workbench.app.drawable import single_line
from workbench.runtime.protocol import TensorView

WIDEST, HIGHEST = 12, 6
BLANK = "␣"
"""Stands for a token of nothing but spaces."""


class AxisLabels:
    """The labels that are known, by row and by column, as they are drawn."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.columns: dict[int, str] = {}
        self._letters: dict[int, list[str]] = {}

    def keep(self, view: TensorView) -> None:
        """Keep those of a further window."""
        for labels, first, texts in (
            (self.rows, view.window.row, view.row_labels),
            (self.columns, view.window.column, view.column_labels),
        ):
            labels.update((place, _shown(text)) for place, text in enumerate(texts, first))
        self._letters = {place: _letters(text) for place, text in self.columns.items()}

    @property
    def width(self) -> int:
        """Cells beside the rows."""
        return min(WIDEST, max(map(cell_len, self.rows.values()), default=0))

    @property
    def height(self) -> int:
        """Lines above the columns, where labels are written downwards; 0 without any."""
        return min(HIGHEST, max(map(len, self._letters.values()), default=0))

    def letter(self, column: int, line: int, lines: int) -> str:
        """Two cells of the label of a column: it stands on the elements and is cut at its end."""
        letters = self._letters.get(column, [])
        if len(letters) > lines:
            letters = [*letters[: lines - 1], "…"]
        place = line - lines + len(letters)
        letter = letters[place] if place >= 0 else ""
        return letter + " " * (2 - cell_len(letter))


def _shown(text: str) -> str:
    return single_line(text).strip() or BLANK


def _letters(text: str) -> list[str]:
    """The characters of a label, each with the marks above and below it."""
    letters: list[str] = []
    for character in text:
        if letters and cell_len(character) == 0:
            letters[-1] += character
        else:
            letters.append(character)
    return letters
