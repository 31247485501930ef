"""Lines drawn with braille dots: two by four of them in each cell of the screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BLANK = 0x2800


class Canvas:
    """Cells of dots. A colour is a number from 1 on; in a cell the colour drawn last is seen."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.dots = [bytearray(width) for _ in range(height)]
        self.colours = [[0] * width for _ in range(height)]
        self.signs: list[dict[int, str]] = [{} for _ in range(height)]

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: int) -> None:
        """Draw from ``start`` to ``end``: 0 is at the left and the bottom, 1 opposite."""
        right, top = 2 * self.width - 1, 4 * self.height - 1
        x, y = start[0] * right, (1 - start[1]) * top
        across, down = end[0] * right - x, (1 - end[1]) * top - y
        steps = max(1, round(max(abs(across), abs(down))))
        across, down = across / steps, down / steps
        for _ in range(steps + 1):
            column, row = int(x + 0.5), int(y + 0.5)
            dots, colours = self.dots[row >> 2], self.colours[row >> 2]
            cell = column >> 1
            if colours[cell] != colour:
                colours[cell] = colour
                dots[cell] = 0
            dots[cell] |= DOTS[row & 3][column & 1]
            x += across
            y += down

    def write(self, place: tuple[float, float], sign: str, colour: int) -> None:
        """Put a sign into the cell of ``place``, or left of the signs that are there."""
        column = round(place[0] * (self.width - 1))
        row = round((1 - place[1]) * (self.height - 1))
        while column > 0 and column in self.signs[row]:
            column -= 1
        self.signs[row][column] = sign
        self.colours[row][column] = colour

    def rule(self, place: float) -> None:
        """Draw a line from top to bottom behind what is there."""
        column = round(place * (self.width - 1))
        for dots, signs in zip(self.dots, self.signs, strict=True):
            if not dots[column]:
                signs.setdefault(column, "│")

    def runs(self, row: int) -> Iterator[tuple[str, int]]:
        """The text of a row in pieces of one colour; 0 is the colour of blank cells."""
        texts = [chr(BLANK + dots) if dots else " " for dots in self.dots[row]]
        for column, sign in self.signs[row].items():
            texts[column] = sign
        cells = zip(texts, self.colours[row], strict=True)
        for colour, run in groupby(cells, key=lambda cell: cell[1]):
            yield "".join(text for text, _ in run), colour
