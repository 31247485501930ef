"""Which slice of a tensor of three or more dimensions is shown."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static


class SliceBar(Static):
    """Which slice of a tensor of three or more dimensions is shown: ``‹ 2 of 5 ›``.

    The arrows beside an index can be clicked.
    """

    DEFAULT_CSS = """
    SliceBar { height: 1; padding: 0 1; link-style: none; link-color: $text-accent; }
    """

    class Stepped(Message):
        """The index of ``dimension`` shall move by ``step``."""

        def __init__(self, dimension: int, step: int) -> None:
            super().__init__()
            self.dimension = dimension
            self.step = step

    def show(
        self,
        shape: Sequence[int],
        leading: Sequence[int],
        active: int,
        names: Sequence[str] = (),
    ) -> None:
        """Draw the indices, the active one set off, with the ``names`` of their dimensions.

        Dimensions of one index are left out where others have more.
        """
        parts: list[Content | tuple[str, str | Style]] = []
        if not names:
            parts.append(("slice ", "$foreground 55%"))
        movable = [n for n in range(len(leading)) if shape[n] > 1] or range(len(leading))
        for dimension, index in enumerate(leading):
            if dimension not in movable:
                continue
            chosen = dimension == active
            style = "bold reverse $accent" if chosen else "$foreground"
            if dimension < len(names):
                parts.append((names[dimension], "$foreground 55%"))
            parts += [
                (" ‹ ", Style.from_meta({"@click": f"step({dimension},-1)"})),
                (f" {index} of {shape[dimension]} ", style),
                (" › ", Style.from_meta({"@click": f"step({dimension},1)"})),
            ]
        parts.append((" : :   ", "$foreground 55%"))
        keys = "n p next" if len(movable) == 1 else "n p next  d other"
        parts.append((keys, "$foreground 45%"))
        self.update(Content.assemble(*parts))

    def action_step(self, dimension: int, step: int) -> None:
        """Pass a click on."""
        self.post_message(self.Stepped(dimension, step))
