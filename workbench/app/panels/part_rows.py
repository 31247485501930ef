"""How the tensors of two models differ, one on each line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.cells import cell_len
from textual.content import Content

from workbench.app.drawable import fitted, single_line
from workbench.app.panels.numerals import short_number
from workbench.app.panels.tensor_text import shape_text
from workbench.runtime.protocol import ComparisonView, PartComparison

MOST_ROWS = 2000
LEAST_NAME = 12
MARKS = {
    "same": ("=", "$foreground 60%", "the same"),
    "different": ("≠", "bold", "differ"),
    "problem": ("!", "bold $text-warning", "not comparable"),
    "only here": ("+", "$text-accent", "only here"),
    "only pinned": ("-", "$text-accent", "only pinned"),
}
"""For each state of a tensor its mark, its style, and what is said of how many there are."""


def part_rows(view: ComparisonView, width: int) -> list[Content]:
    """A summary, then a row for each tensor: mark, name, shape, largest difference."""
    states = [_state(part) for part in view.parts]
    counts = Counter(states)
    told = [f"{counts[state]:,} {MARKS[state][2]}" for state in MARKS if counts[state]]
    noun = "tensor" if len(states) == 1 else "tensors"
    rows = [Content.assemble((f"{len(states):,} {noun}: ", "$foreground 60%"), ", ".join(told))]
    if view.largest > 0:
        part = max(view.parts, key=lambda part: part.largest)
        text = f"{short_number(view.largest)} in {single_line(part.name)}"
        rows.append(Content.assemble(("largest difference ", "$foreground 60%"), (text, "bold")))
    if view.sampled is not None:
        text = f"of {view.sampled:,} elements sampled (e: all)"
        rows.append(Content.styled(text, "$foreground 60%"))
    return [*rows, Content(""), *_table(view.parts[:MOST_ROWS], states, width), *_more(view)]


def _more(view: ComparisonView) -> list[Content]:
    left_out = len(view.parts) - MOST_ROWS
    return [Content(f"… {left_out:,} more")] if left_out > 0 else []


def _table(parts: tuple[PartComparison, ...], states: list[str], width: int) -> Iterator[Content]:
    numbers = [short_number(part.largest) if part.largest > 0 else "" for part in parts]
    digits = max(map(len, numbers), default=0)
    ends = [
        f"{_shapes(part)}  {_finding(part, state) or number.rjust(digits)}"
        for part, state, number in zip(parts, states, numbers, strict=False)
    ]
    names = [single_line(part.name) for part in parts]
    longest = max(map(cell_len, ends), default=0)
    widths = [cell_len(name) + cell_len(end) for name, end in zip(names, ends, strict=True)]
    room = min(width - 4, max(LEAST_NAME + longest, *widths, 0))
    for name, end, state in zip(names, ends, states, strict=False):
        mark, style, _ = MARKS[state]
        shape, found = end.split("  ", 1)
        left = max(LEAST_NAME, room - cell_len(end))
        yield Content.assemble(
            (f"{mark} ", style),
            (fitted(_ending(name, left), left), style if state == "same" else ""),
            (f"  {shape}", "$foreground 60%"),
            (f"  {found}", style),
        )


def _state(part: PartComparison) -> str:
    if part.other_shape is None:
        return "only here"
    if part.shape is None:
        return "only pinned"
    if part.problem:
        return "problem"
    return "different" if part.largest > 0 else "same"


def _shapes(part: PartComparison) -> str:
    known = [shape_text(shape) for shape in (part.shape, part.other_shape) if shape is not None]
    return " ≠ ".join(dict.fromkeys(known))


def _finding(part: PartComparison, state: str) -> str:
    """What is said in the place of a number; the shapes alone may say it."""
    if state == "problem":
        return "" if part.shape != part.other_shape else part.problem
    return "" if state in ("same", "different") else state


def _ending(name: str, width: int) -> str:
    """The end of a name, which tells more than its beginning."""
    if cell_len(name) <= width:
        return name
    while cell_len(name) >= width:
        name = name[1:]
    return f"…{name}"
