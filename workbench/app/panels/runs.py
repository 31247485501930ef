"""Runs of training: what belongs together on a picture of curves, and on disk.

A run is a file of JSON lines. The first line names it, each further line holds points of one
metric: ``{"metric": "loss", "step": 17, "values": [0.5, 0.25]}``, numbered on from the first.
Values that are not finite are ``"nan"``, ``"inf"`` and ``"-inf"``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from workbench.app.drawable import single_line
from workbench.app.panels.curves import Series
from workbench.runtime.protocol import EvaluationStarted

LIMIT = 50
LARGEST_FILE = 64 * 2**20
TITLE_LENGTH = 200


@dataclass(eq=False)
class Run:
    """The curves of one evaluation, by the name of the metric.

    ``overfull`` says that its file takes no more points.
    """

    title: str
    began: datetime
    series: dict[str, Series] = field(default_factory=dict)
    path: Path | None = None
    overfull: bool = False

    def append(self, name: str, value: float, step: float | None, numbers: Iterator[int]) -> None:
        """Add a point to the curve ``name``; a new curve takes the next of ``numbers``."""
        if name not in self.series:
            self.series[name] = Series(next(numbers))
        self.series[name].append(value, step)

    @property
    def steps(self) -> int:
        """The number of points of the longest curve."""
        return max((series.count for series in self.series.values()), default=0)


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run on disk, as far as a list shows it; ``size`` in bytes."""

    path: Path
    title: str
    began: datetime
    size: int


class RunStore:
    """The folder of the runs that are kept; the oldest go where there are more than ``LIMIT``.

    What can't be written is not kept: training goes on.

    Args:
        folder: Where the files are; made when the first run is kept.
        limit: How many files may be there.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder = folder
        self.limit = limit

    def begin(self, run: Run) -> None:
        """Make a file for ``run``."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._make_room()
            head = {"run": run.title[:TITLE_LENGTH], "began": run.began.isoformat()}
            for number in count():
                ending = f"-{number}" if number else ""
                path = self.folder / f"{run.began:%Y%m%d-%H%M%S}{ending}.jsonl"
                with suppress(FileExistsError):
                    with path.open("x", encoding="utf-8") as file:
                        file.write(json.dumps(head) + "\n")
                    run.path = path
                    return

    def append(self, run: Run, name: str, first: float, values: Sequence[float]) -> None:
        """Write points of a metric that follow each other, the first at step ``first``."""
        if run.path is None:
            return
        line = {"metric": name, "step": first, "values": [_plain(value) for value in values]}
        try:
            with run.path.open("a", encoding="utf-8") as file:
                run.overfull = file.tell() >= LARGEST_FILE
                if not run.overfull:
                    file.write(json.dumps(line) + "\n")
        except OSError:
            run.path = None

    def kept(self) -> list[KeptRun]:
        """The runs on disk, newest first; files that are none are passed over."""
        found: list[KeptRun] = []
        with suppress(OSError):
            for path in self.folder.glob("*.jsonl"):
                run = kept_run(path)
                found += [run] if run is not None else []
        return sorted(found, key=lambda run: run.began, reverse=True)

    def load(self, kept: KeptRun, numbers: Iterator[int]) -> Run:
        """Read a run; lines that are damaged are passed over.

        Raises:
            OSError: The file can't be read.
        """
        run = Run(kept.title, kept.began, path=kept.path)
        with kept.path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                with suppress(ValueError, KeyError, TypeError):
                    entry = json.loads(line)
                    for name, step, value in _points(entry):
                        run.append(name, value, step, numbers)
        return run

    def _make_room(self) -> None:
        files = sorted(self.folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
        for path in files[: max(0, len(files) + 1 - self.limit)]:
            path.unlink(missing_ok=True)


def kept_run(path: Path) -> KeptRun | None:
    """The run in a file; nothing where it is missing or holds none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = json.loads(file.readline(4096))
        title = single_line(str(head["run"]), TITLE_LENGTH)
        began = datetime.fromisoformat(head["began"]).replace(tzinfo=None)
        return KeptRun(path, title, began, path.stat().st_size)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _points(entry: Any) -> Iterable[tuple[str, float, float]]:
    if "metric" not in entry:
        return []
    name, first = str(entry["metric"]), float(entry["step"])
    values = [float(value) for value in entry["values"]]
    return [(name, first + place, value) for place, value in enumerate(values)]


def titled(source: EvaluationStarted) -> str:
    """What an evaluation is called: its file, or the beginning of what was typed."""
    if source.origin and not source.origin.startswith("<"):
        return single_line(Path(source.origin).name)
    return single_line(source.source.strip(), 80) or "training"
