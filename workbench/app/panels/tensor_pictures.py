"""What is drawn of tensors instead of their elements: a histogram, the differences of two."""

from __future__ import annotations

from textual.content import Content

from workbench.app.drawable import drawable, single_line
from workbench.app.panels.numerals import bar, short_number
from workbench.app.panels.part_rows import part_rows
from workbench.app.panels.tensor_text import shape_text
from workbench.runtime.protocol import ComparisonView, TensorStatistics

BOUND_WIDTH = 9
SHARE_WIDTH = 6


def histogram_rows(statistics: TensorStatistics, width: int, height: int) -> Content:
    """A bar for each bin, with its lower bound and its share; as many bins as fit ``height``."""
    counts = list(statistics.histogram)
    together = 1
    while len(counts) // together > max(8, height - 1) and together < len(counts):
        together *= 2
    bins = [sum(counts[start : start + together]) for start in range(0, len(counts), together)]
    step = (statistics.maximum - statistics.minimum) / max(1, len(bins))
    total, highest = max(1, sum(bins)), max(1, *bins, 1)
    room = max(1, width - BOUND_WIDTH - SHARE_WIDTH - 3)
    lines = []
    for number, count in enumerate(bins):
        bound = short_number(statistics.minimum + number * step, 3)
        share = f"{100 * count / total:.1f}%" if count else ""
        lines.append(
            Content.assemble(
                (bound.rjust(BOUND_WIDTH), "$foreground 60%"),
                " ",
                (bar(count / highest, room) if count else " " * room, "$text-primary"),
                " ",
                (share.rjust(SHARE_WIDTH), "$foreground 75%"),
            )
        )
    lines.append(
        Content.styled(short_number(statistics.maximum, 3).rjust(BOUND_WIDTH), "$foreground 60%")
    )
    return Content("\n").join(lines)


def comparison_rows(view: ComparisonView, name: str, pinned: str, width: int) -> Content:
    """How a tensor differs from the pinned one, a fact a line; or all those in a model."""
    against = single_line(" › ".join((pinned, *map(str, view.counterpart))))
    head = Content.assemble((name, "bold $text-accent"), " against the pinned ", (against, "bold"))
    rows = part_rows(view, width) if view.parts else [Content(""), *_facts(view)]
    return Content("\n").join([head, *rows])


def _facts(view: ComparisonView) -> list[Content]:
    same_shape = view.shape == view.other_shape
    shapes = shape_text(view.shape)
    facts: list[tuple[str, str, str]] = []
    if not view.problem or view.shape or view.other_shape:
        if not same_shape:
            shapes = f"{shapes}, pinned {shape_text(view.other_shape)}"
        facts.append(("shape", shapes, "" if same_shape else "bold $text-error"))
    if view.problem:
        facts.append(("", drawable(view.problem), "bold $text-warning"))
    else:
        place = f" at ({' '.join(map(str, view.place))})" if view.place else ""
        looked_at = f" of {view.sampled:,} sampled (e: all)" if view.sampled is not None else ""
        facts += [
            ("largest difference", short_number(view.largest) + place, "bold"),
            ("largest relative", f"{100 * view.relative:.3g} %", "bold"),
            ("mean difference", short_number(view.mean), ""),
            ("cosine similarity", f"{view.cosine:.6f}", "bold"),
            ("different elements", f"{view.different:,}{looked_at}", ""),
        ]
        if view.unlike:
            facts.append(("finite in one only", f"{view.unlike:,}", "bold $text-warning"))
    return [
        Content.assemble((f"{label:<19}", "$foreground 60%"), (text, style) if style else text)
        for label, text, style in facts
    ]
