"""How far a program says that it is."""

from __future__ import annotations

from torch_lib.errors import ArgumentError
from torch_lib.events import Progress, emit

__all__ = ["progress"]


def progress(task: str, done: int, total: int | None = None) -> bool:
    """Tell whoever watches the program how far it is.

    Args:
        task: What the program does, in a word or two.
        done: How many steps are over.
        total: How many there are; nil where nobody knows.

    Emits:
        Progress: As it is told.

    Raises:
        ArgumentError: ``done`` is negative or more than ``total``.

    Example:
        (loop epoch (iota 3)
           (torch_progress "training" epoch 3))
        ; => true
    """
    if done < 0 or (total is not None and done > total):
        raise ArgumentError(f"done must be from 0 to {'…' if total is None else total}, got {done}")
    emit(Progress(task, done, total))
    return True
