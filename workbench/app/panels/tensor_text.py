"""A tensor in words and figures: its summary, and its elements as cells of equal width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from workbench.app.drawable import single_line
from workbench.app.panels.numerals import short_number, spark
from workbench.runtime.protocol import Element, TensorView

HISTOGRAM = 12
DIGITS = 5
LARGEST_FIXED, SMALLEST_FIXED = 1e5, 1e-3
WIDEST_INTEGER = 12


@dataclass(frozen=True, slots=True)
class ElementFormat:
    """How the elements of one tensor are written, so that their columns line up."""

    width: int
    decimals: int = 4
    whole: bool = False
    scientific: bool = False

    @classmethod
    def of(cls, view: TensorView) -> ElementFormat:
        """Chosen from the type and the range of the elements."""
        shown = [element for row in view.elements for element in row if math.isfinite(element)]
        statistics = view.statistics
        if statistics is not None:
            shown += [statistics.minimum, statistics.maximum]
        if view.dtype == "bool":
            return cls(len("true"), whole=True)
        if view.dtype.startswith(("int", "uint")):
            digits = max((len(short_number(element, 12)) for element in shown), default=1)
            return cls(min(max(digits, 3), WIDEST_INTEGER), whole=True)
        largest = max((abs(element) for element in shown), default=0.0)
        scientific = largest >= LARGEST_FIXED or 0 < largest < SMALLEST_FIXED
        signed = any(element < 0 for element in shown)
        if scientific:
            return cls(len("1.234e+00") + signed, scientific=True)
        decimals = max(0, DIGITS - len(str(int(largest))))
        return cls(max(len(f"{largest:.{decimals}f}") + signed, 4), decimals=decimals)

    def text(self, element: Element) -> str:
        """The element, right-aligned."""
        if isinstance(element, bool):
            text = "true" if element else "nil"
        elif not math.isfinite(element):
            text = short_number(element)
        elif self.whole or isinstance(element, int):
            text = str(int(element))
            if len(text) > self.width:
                text = short_number(element, max(1, self.width - 6))
        elif self.scientific:
            text = f"{element:.3e}"
        else:
            text = f"{element:.{self.decimals}f}"
            if len(text) > self.width:
                text = short_number(element, 3)
        return text.rjust(self.width)


def shape_text(shape: Sequence[int]) -> str:
    """``2×3``, or ``scalar`` for no dimensions."""
    return "×".join(map(str, shape)) if shape else "scalar"


def histogram(counts: Sequence[int]) -> str:
    """The counts as blocks, joined to a few; every bin that holds something is visible."""
    together = math.ceil(len(counts) / HISTOGRAM) or 1
    bins = [sum(counts[start : start + together]) for start in range(0, len(counts), together)]
    return "".join(
        " " if not count else block
        for count, block in zip(bins, spark(bins, max(bins, default=0)), strict=True)
    )


def facts(view: TensorView, name: str) -> list[Content]:
    """Everything about the tensor, each fact a piece that is not to be broken."""

    def named(label: str, text: str) -> Content:
        return Content.assemble((f"{label} ", "$foreground 55%"), text)

    found = [Content.styled(single_line(name), "bold $text-accent")] if name else []
    found.append(Content.styled(shape_text(view.shape), "bold"))
    found += [
        Content.styled(single_line(text), "$foreground 75%") for text in (view.dtype, view.device)
    ]
    if view.requires_grad:
        found.append(Content.styled("grad", "$text-success"))
    statistics = view.statistics
    if statistics is None:
        absent = "no elements" if 0 in view.shape else "no finite elements"
        if view.dtype.startswith("complex"):
            absent = "magnitudes of complex numbers"
        return [*found, Content.styled(absent, "$text-warning")]
    found.append(
        Content.assemble(
            short_number(statistics.minimum),
            (f" ▕{histogram(statistics.histogram)}▏ ", "$text-primary"),
            short_number(statistics.maximum),
        )
    )
    found.append(named("mean", short_number(statistics.mean)))
    found.append(named("sd", short_number(statistics.deviation)))
    if statistics.nans:
        found.append(Content.styled(f"{statistics.nans} NaN", "bold $text-warning"))
    if statistics.infinities:
        found.append(Content.styled(f"{statistics.infinities} ∞", "bold $text-error"))
    if statistics.sampled is not None:
        found.append(
            Content.styled(f"of {statistics.sampled:,} sampled (e: all)", "$foreground 55%")
        )
    return found


def flowed(pieces: Sequence[Content], width: int) -> Content:
    """The pieces on as many lines as needed, none broken unless it is wider than a line."""
    lines: list[Content] = []
    for piece in pieces:
        if lines and lines[-1].cell_length + 2 + piece.cell_length <= width:
            lines[-1] = Content("  ").join([lines[-1], piece])
        else:
            lines.append(piece.truncate(max(1, width), ellipsis=True))
    return Content("\n").join(lines)
