"""Curves as an SVG picture: lines between two axes, and what each of them is.

Places are shares of the width and the height: 0 is at the left and the bottom, 1 opposite.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["PLOT_WIDTH", "Chart", "Line", "svg"]

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 90, 20, 40, 40
PLOT_WIDTH = WIDTH - LEFT - RIGHT
"""Units that lie between both ends of the horizontal axis."""

PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
LINE_HEIGHT = 20

Place = tuple[float, float]
Mark = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Line:
    """Places that are joined, in a colour; one place alone is a dot."""

    places: Sequence[Place]
    colour: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture shows.

    Args:
        lines: The curves, from back to front.
        across: Marks of the horizontal axis.
        up: Marks of the vertical axis.
        title: What stands above the picture.
        legend: Texts below it, each with its colour.
        notice: What stands in the place of curves.
        ink: The colour of axes and texts.
        paper: The colour behind them.
    """

    lines: Sequence[Line] = ()
    across: Sequence[Mark] = ()
    up: Sequence[Mark] = ()
    title: str = ""
    legend: Sequence[tuple[str, str]] = ()
    notice: str = ""
    ink: str = "#333333"
    paper: str = "#ffffff"


def svg(chart: Chart) -> str:
    """The text of a file that holds the picture."""
    height = HEIGHT + LINE_HEIGHT * len(chart.legend)
    return (
        "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
                f' font-family="sans-serif" font-size="13" fill="{chart.ink}">',
                f'<rect width="{WIDTH}" height="{height}" fill="{chart.paper}"/>',
                *_parts(chart),
                "</svg>",
            ]
        )
        + "\n"
    )


def _parts(chart: Chart) -> Iterator[str]:
    if chart.title:
        yield f'<text x="{LEFT}" y="24" font-size="16">{_written(chart.title)}</text>'
    if chart.notice:
        yield f'<text x="{LEFT}" y="{HEIGHT // 2}">{_written(chart.notice)}</text>'
    else:
        yield from _axes(chart)
    for line in chart.lines:
        joined = line.places if len(line.places) > 1 else [*line.places] * 2
        places = " ".join(f"{_across(x):.1f},{_down(y):.1f}" for x, y in joined)
        yield (
            f'<polyline points="{places}" fill="none" stroke="{line.colour}" stroke-width="1.5"'
            ' stroke-linecap="round" stroke-linejoin="round"/>'
        )
    for number, (text, colour) in enumerate(chart.legend):
        y = HEIGHT + LINE_HEIGHT * number + 4
        yield f'<text x="{LEFT}" y="{y}" fill="{colour}">{_written(text)}</text>'


def _axes(chart: Chart) -> Iterator[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for share, label in chart.up:
        y = _down(share)
        yield (
            f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{chart.ink}" stroke-width="0.5"'
            ' opacity="0.3"/>'
        )
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_written(label)}</text>'
    for share, label in chart.across:
        x = _across(share)
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{_written(label)}</text>'
    yield f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="{chart.ink}"/>'


def _across(share: float) -> float:
    return LEFT + share * PLOT_WIDTH


def _down(share: float) -> float:
    return HEIGHT - BOTTOM - share * PLOT_HEIGHT


def _written(text: str) -> str:
    """Text that no viewer takes for anything else."""
    return escape("".join(sign if sign.isprintable() else " " for sign in text))
