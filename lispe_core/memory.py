"""Whether there is room for what a program asks for, before anything is made."""

from __future__ import annotations

import os
from pathlib import Path

from lispe_core.errors import LispError

NUMBER = 8
"""Bytes of an element of ``integers`` and ``numbers``."""
POINTER = 8
"""Bytes of a place in a plain list."""

_SMALL = 2**26
_MEMORY = Path("/proc/meminfo")


def require_room(count: int, size: int, what: str = "elements") -> None:
    """Check that ``count`` things of ``size`` bytes fit into the memory that is free.

    Raises:
        LispError: They don't.
    """
    needed = count * size
    if needed > _SMALL and needed > _free():
        raise LispError(f"not enough memory for {count} {what}")


def _free() -> int:
    """Bytes that can be had; the whole memory where the system doesn't tell what is free."""
    try:
        for line in _MEMORY.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
