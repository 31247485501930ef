"""The runs on disk as lines of a list."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from workbench.app.drawable import fitted
from workbench.app.panels.numerals import byte_size
from workbench.app.panels.runs import KeptRun

TITLE_WIDTH = 36


def run_line(run: KeptRun, shown: frozenset[Path]) -> Content:
    """Whether a run is among those ``shown``, when it began, what it was, how large it is."""
    return Content.assemble(
        ("● " if run.path in shown else "  ", "$accent"),
        (f"{run.began:%Y-%m-%d %H:%M}  ", "$text-muted"),
        fitted(run.title, TITLE_WIDTH),
        (f"  {byte_size(run.size)}", "$text-muted"),
    )
