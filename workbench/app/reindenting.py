"""Lines indented by the structure of the code: those that were chosen, or that an edit moves."""

from __future__ import annotations

from workbench.app import structure
from workbench.app.scanner import Scanner
from workbench.app.structural_editing import Change


def reindented(scanner: Scanner, rows: range, width: int) -> list[str]:
    """The lines ``rows`` as they should stand; those that begin within a string stay.

    Of several lines the blank ones become empty.
    """
    trial, lines = scanner.copy(), [line.text for line in scanner.lines]
    for row in rows:
        if trial.state_at(row).ending:
            continue
        body = lines[row].lstrip()
        blank = not body and len(rows) > 1
        line = " " * (0 if blank else structure.indentation(trial, row, 0, width)) + body
        if line != lines[row]:
            lines[row] = line
            trial.update(lines)
    return lines[rows.start : rows.stop]


def settled(scanner: Scanner, change: Change, width: int) -> Change:
    """``change``, with the lines that it moves or gives another depth indented anew."""
    first, *more = change.text.split("\n")
    if not more:
        return change
    start, end = change.start, change.end
    lines = [line.text for line in scanner.lines]
    before, behind = lines[start[0]][: start[1]], lines[end[0]][end[1] :]
    trial = scanner.copy()
    trial.update(
        [*lines[: start[0]], before + first, *more[:-1], more[-1] + behind, *lines[end[0] + 1 :]]
    )
    rows = range(start[0] + 1, start[0] + 1 + len(more))
    moved = reindented(trial, rows, width)
    row, column = change.cursor
    if row in rows:
        place = row - rows.start
        column += len(moved[place]) - len(trial.lines[row].text)
        column = min(max(column, 0), len(moved[place]))
    moved[-1] = moved[-1].removesuffix(behind)
    return change._replace(text="\n".join([first, *moved]), cursor=(row, column))
