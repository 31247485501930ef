"""How far long work is, reported often enough for the eye and no oftener."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic

from torch_lib.events import Progress, emit, has_listeners

__all__ = ["counting", "watching"]

EVERY = 0.1
"""Seconds between two reports."""

BLOCK = 512
"""Bytes in what ``st_blocks`` counts."""


def counting(task: str, total: int) -> Callable[[int], None]:
    """What to call with the number of steps that are over: it reports the last, and some others."""
    latest = -EVERY

    def count(done: int) -> None:
        nonlocal latest
        now = monotonic()
        if done >= total or now - latest >= EVERY:
            latest = now
            emit(Progress(task, min(done, total), total))

    return count


@contextmanager
def watching(task: str, folder: Path, total: int) -> Iterator[None]:
    """Report how much of ``total`` bytes the files of ``folder`` hold, while the block writes."""
    if not has_listeners():
        yield
        return
    over = Flag()

    def watch() -> None:
        while not over.wait(EVERY):
            emit(Progress(task, min(_size(folder), total), total))

    emit(Progress(task, 0, total))
    watcher = Thread(target=contextvars.copy_context().run, args=(watch,), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    emit(Progress(task, total, total))


def _size(folder: Path) -> int:
    size = 0
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # a library writes to a file of its own and renames it
            found = file.stat()
            size += min(found.st_size, found.st_blocks * BLOCK)  # room made ahead is not written
    return size
