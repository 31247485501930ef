"""How far long work is, on one line."""

from __future__ import annotations

from torch_lib.events import Progress
from workbench.app.drawable import single_line
from workbench.app.panels.numerals import bar

BAR_WIDTH = 8
LONGEST_TASK = 24


def progress_text(progress: Progress) -> str:
    """``load model ▕███▍    ▏ 3/7``, without the bar where the end is not known."""
    task = single_line(progress.task, LONGEST_TASK)
    if not progress.total:
        return f"{task} {progress.done}"
    filled = bar(progress.done / progress.total, BAR_WIDTH)
    return f"{task} ▕{filled}▏ {progress.done}/{progress.total}"
