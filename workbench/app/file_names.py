"""The names in a folder, read for completion."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

MOST_READ = 20_000
"""Entries of a folder after which no more are read."""

_ENDS_A_STRING = frozenset('"\\`»”’')


def names_in(folder: str) -> list[str]:
    """The sorted names in a folder, those of folders with a slash; none if it can't be read.

    Args:
        folder: As it is typed: relative to the working directory, or to a home with ``~``. Names
            that a string could not hold as they are do not count.
    """
    try:
        with os.scandir(Path(folder or ".").expanduser()) as entries:
            found = [entry.name + "/" * entry.is_dir() for entry in islice(entries, MOST_READ)]
    except (OSError, RuntimeError, ValueError):
        return []
    return sorted(name for name in found if name.isprintable() and _ENDS_A_STRING.isdisjoint(name))


def shown(name: str, start: str) -> bool:
    """Whether ``name`` goes on after ``start``; hidden ones only after a dot."""
    return name.startswith(start) and (start.startswith(".") or not name.startswith("."))
