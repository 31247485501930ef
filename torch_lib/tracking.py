"""Experiment tracking: what a program reports, written to a folder.

``metrics.jsonl`` gets a line for every metric: its name, value (null if it is not finite), step and
the time in seconds since 1970. With the tensorboard package the same numbers go to an event file
for TensorBoard.
"""

from __future__ import annotations

import atexit
import json
import math
import time
import warnings
from collections import Counter
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO

from torch_lib.errors import ArgumentError, TorchLibWarning
from torch_lib.events import Event, Metric, listen, unlisten
from torch_lib.processes import process_rank
from torch_lib.text_files import json_value, text_lines

__all__ = ["MetricLog", "log_close", "log_to"]

FILE_NAME = "metrics.jsonl"


class MetricLog:
    """A listener that writes every metric into ``folder``, behind what is there already.

    Of several processes that train together the first alone writes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: Counter[str] = Counter()
        self.lines: TextIO | None = None
        self.events: Any = None
        if process_rank():
            return
        if folder.exists() and not folder.is_dir():
            raise ArgumentError(f"{folder} is a file, not a folder")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE_NAME
        whole = _count_steps(path, self.steps)
        self.lines = path.open("a", encoding="utf-8", buffering=1)
        if not whole:
            self.lines.write("\n")
        self.events = _event_writer(folder)
        atexit.register(self.close)

    def __call__(self, event: Event) -> None:
        """Write ``event`` if it is a metric."""
        if not isinstance(event, Metric) or self.lines is None:
            return
        step = self.steps[event.name] if event.step is None else event.step
        self.steps[event.name] = step + 1
        value = event.value if math.isfinite(event.value) else None  # JSON has no others
        entry = {"name": event.name, "value": value, "step": step, "time": time.time()}
        self.lines.write(f"{json.dumps(entry, ensure_ascii=False)}\n")
        if self.events is not None:
            self.events.add_scalar(event.name, event.value, step, entry["time"])

    def close(self) -> None:
        """Write what is held back, and end."""
        if self.lines is not None:
            self.lines.close()
            self.lines = None
        if self.events is not None:
            self.events.close()
            self.events = None
        atexit.unregister(self.close)

    def summary(self) -> str:
        """The printed line."""
        return f"Metric Log ({self.folder})"


_current: ContextVar[MetricLog | None] = ContextVar("metric log", default=None)


def log_to(folder: str) -> MetricLog:
    """Write every metric from now on into ``folder``, in place of an earlier one.

    The folder gets ``metrics.jsonl``, and an event file for TensorBoard if that is installed.

    Raises:
        ArgumentError: There is a file of that name.

    Example:
        (torch_log_to "run")
        ; => Metric Log (run)
        (torch_log_metric "loss" 0.5)
        ; => 0.5
        (torch_log_close)
        ; => true
    """
    log = MetricLog(Path(folder))
    log_close()
    _current.set(log)
    listen(log)
    return log


def log_close() -> bool:
    """Stop writing metrics; whether any were written.

    Example:
        (torch_log_close)
        ; => nil
    """
    log = _current.get()
    if log is None:
        return False
    _current.set(None)
    unlisten(log)
    log.close()
    return True


def _count_steps(path: Path, steps: Counter[str]) -> bool:
    """Count the metrics of a log; whether its last line is whole, which a killed process cuts."""
    line = "\n"
    for line in text_lines(path, keep_ends=True) if path.exists() else ():
        try:
            entry = json_value(line)
            steps[entry["name"]] = int(entry["step"]) + 1
        except (KeyError, TypeError, ValueError):
            continue
    return line.endswith("\n")


def _event_writer(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        missing = "without the tensorboard package only metrics.jsonl is written"
        warnings.warn(missing, TorchLibWarning, stacklevel=3)
        return None
    return SummaryWriter(str(folder.absolute()))  # the program may change its folder
