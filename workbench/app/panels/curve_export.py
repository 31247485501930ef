"""Curves as files: points as CSV, the picture as SVG or as plain text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path

from workbench.app.drawable import single_line
from workbench.app.panels.curve_view import Curve, CurveView, Picture, letter
from workbench.app.panels.numerals import counted

KINDS = (".csv", ".svg", ".txt")
WIDTH, HEIGHT = 960, 480
LEFT, TOP, RIGHT, BOTTOM = 80, 20, 20, 40
LINE_HEIGHT = 20


def exported(view: CurveView, path: Path) -> Callable[[], str]:
    """What makes the text of a file of the kind that the ending of ``path`` tells.

    What takes long of it may be done on another thread.

    Raises:
        ValueError: The ending is none of ``KINDS``.
    """
    match path.suffix.lower():
        case ".csv":
            return partial(csv_text, view.curves(), view.window())
        case ".svg":
            picture = svg_text(view)
        case ".txt":
            picture = plain_text(view)
        case _:
            raise ValueError(f"the name must end in {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    return lambda: picture


def csv_text(curves: Sequence[Curve], window: tuple[float, float]) -> str:
    """The points in view; of long curves the extremes of stretches that are no longer single."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("run", "began", "metric", "step", "value"))
    for curve in curves:
        began = curve.run.began.isoformat(timespec="seconds")
        for step, value in curve.series.raw.finest(*window):
            writer.writerow((curve.run.title, began, curve.name, f"{step:.15g}", repr(value)))
    return text.getvalue()


def plain_text(view: CurveView) -> str:
    """The picture as it stands on the screen, and what its letters mean."""
    picture = "".join(segment.text for segment in view.render().segments)
    lines = [line.rstrip() for line in picture.splitlines()]
    return "\n".join([*lines, "", *(_named(curve) for curve in view.curves())]) + "\n"


def svg_text(view: CurveView) -> str:
    """The picture, larger and in the colours of the theme."""
    curves = view.curves()
    height = HEIGHT + LINE_HEIGHT * len(curves)
    background = view.background_colors[1].hex6
    foreground = view.app.theme_variables["foreground"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="{background}"/>',
    ]
    picture = view.picture(WIDTH - LEFT - RIGHT, (8, 6))
    if picture is not None:
        parts += _axes(picture, foreground)
        for curve, faint, line in picture.lines:
            places = " ".join(_place(picture, step, value) for step, value in line)
            colour = view.ink(curve, faint).hex6
            parts.append(
                f'<polyline points="{places}" fill="none" stroke="{colour}"'
                ' stroke-width="1.5" stroke-linecap="round"/>'
            )
    for number, curve in enumerate(curves):
        y = HEIGHT + LINE_HEIGHT * number + 4
        colour = view.colour(curve).hex6
        parts.append(f'<text x="{LEFT}" y="{y}" fill="{colour}">{escape(_named(curve))}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _named(curve: Curve) -> str:
    sign = letter(curve.series.number)
    gaps = f", {curve.series.gaps} not finite" if curve.series.gaps else ""
    points = counted(curve.series.count, "point")
    began = f"{curve.run.began:%Y-%m-%d %H:%M}"
    return f"{sign}  {single_line(curve.name)}  {curve.run.title} {began}, {points}{gaps}"


def _axes(picture: Picture, colour: str) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [
        f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="{colour}" opacity="0.6"/>'
    ]
    for place, label in picture.values.marks:
        y = bottom - place * (bottom - TOP)
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" fill="{colour}" text-anchor="end">{label}</text>'
        )
    for place, label in picture.steps.marks:
        x = LEFT + place * (right - LEFT)
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 18}" fill="{colour}"'
            f' text-anchor="middle">{label}</text>'
        )
    return parts


def _place(picture: Picture, step: float, value: float) -> str:
    x = LEFT + picture.steps.place(step) * (WIDTH - LEFT - RIGHT)
    y = HEIGHT - BOTTOM - picture.values.place(value) * (HEIGHT - TOP - BOTTOM)
    return f"{x:.1f},{y:.1f}"
