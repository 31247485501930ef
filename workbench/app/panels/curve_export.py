"""Curves as files: points as CSV, the picture as SVG or as plain text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from textual.color import Color

from workbench.app.drawable import single_line
from workbench.app.panels.curve_view import Curve, CurveView, letter
from workbench.app.panels.numerals import counted
from workbench.svg_chart import PLOT_WIDTH, Chart, Line, svg

KINDS = (".csv", ".svg", ".txt")


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
    picture = view.picture(PLOT_WIDTH, (8, 6))
    lines: list[Line] = []
    if picture is not None:
        for curve, faint, points in picture.lines:
            places = [(picture.steps.place(x), picture.values.place(y)) for x, y in points]
            lines.append(Line(places, view.ink(curve, faint).hex6))
    return svg(
        Chart(
            lines=lines,
            across=picture.steps.marks if picture else (),
            up=picture.values.marks if picture else (),
            legend=[(_named(curve), view.colour(curve).hex6) for curve in view.curves()],
            notice="" if picture else "no finite values",
            ink=Color.parse(view.app.theme_variables["foreground"]).hex6,
            paper=view.background_colors[1].hex6,
        )
    )


def _named(curve: Curve) -> str:
    sign = letter(curve.series.number)
    gaps = f", {curve.series.gaps} not finite" if curve.series.gaps else ""
    points = counted(curve.series.count, "point")
    began = f"{curve.run.began:%Y-%m-%d %H:%M}"
    return f"{sign}  {single_line(curve.name)}  {curve.run.title} {began}, {points}{gaps}"
