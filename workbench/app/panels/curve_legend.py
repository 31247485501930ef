"""What the curves of a picture are: letter, colour, name, and the newest value of each."""

from __future__ import annotations

import math

from textual.content import Content

from workbench.app.drawable import single_line
from workbench.app.panels.curve_view import Curve, CurveView, letter
from workbench.app.panels.curves import Bucket
from workbench.app.panels.numerals import counted, short_number

MOST_LINES = 5
NAME_LENGTH = 60


def legend(view: CurveView, most: int = MOST_LINES) -> list[Content]:
    """A line for the newest run and for each of a few earlier ones, the newest first.

    Args:
        view: The curves.
        most: How many lines there may be.
    """
    curves = view.curves()
    runs = list(dict.fromkeys(curve.run for curve in reversed(curves)))
    lines = []
    for run in runs[: max(1, most if len(runs) <= most else most - 1)]:
        parts = [entry(view, curve) for curve in curves if curve.run is run]
        if len(runs) > 1:
            parts.append(Content.styled(single_line(run.title), "$foreground 60%"))
        lines.append(Content("  ").join(parts))
    more = len(runs) - len(lines)
    if more and len(lines) < most:
        lines.append(Content.styled(f"and {more} earlier", "$foreground 60%"))
    return lines


def entry(view: CurveView, curve: Curve) -> Content:
    """One curve: at the cursor, or the last value."""
    series = curve.series
    gaps = f" {counted(series.gaps, 'gap')}" if series.gaps else ""
    return Content.assemble(
        (f"{letter(series.number)} ", f"bold {view.colour(curve).hex6}"),
        (single_line(curve.name, NAME_LENGTH), "$foreground"),
        " ",
        (reading(view, curve), "bold"),
        (gaps, "$foreground 60%"),
    )


def reading(view: CurveView, curve: Curve) -> str:
    """The value at the cursor, a range where points are no longer single; or the last value."""
    if view.cursor is None:
        return short_number(curve.series.last)
    levels = curve.series.smooth if view.smoothed else curve.series.raw
    near = levels.nearest(view.cursor)
    if near is None or not curve.series.first_step <= view.cursor <= curve.series.last_step:
        return "–"
    return value_range(near)


def value_range(near: Bucket) -> str:
    """One number, or the lowest and the highest of several."""
    if math.isnan(near.low):
        return "not finite"
    if near.low == near.high:
        return short_number(near.low)
    return f"{short_number(near.low)}…{short_number(near.high)}"
