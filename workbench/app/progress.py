"""How far long work is, on one line."""

from __future__ import annotations

from torch_lib.events import Progress
from workbench.app.drawable import single_line
from workbench.app.panels.numerals import bar

BAR_WIDTH = 8
LONGEST_TASK = 24
MOST_COUNTED = 9999


def progress_text(progress: Progress) -> str:
    """``load model ▕███▍    ▏ 3/7``; large totals in percent, no bar where the end is not known."""
    task = single_line(progress.task, LONGEST_TASK)
    if not progress.total:
        return f"{task} {progress.done:,}"
    share = progress.done / progress.total
    told = f"{share:.0%}" if progress.total > MOST_COUNTED else f"{progress.done}/{progress.total}"
    return f"{task} ▕{bar(share, BAR_WIDTH)}▏ {told}"
