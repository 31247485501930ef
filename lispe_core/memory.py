"""Room for what a program asks for: whether there is enough, and how soon it is given back."""

from __future__ import annotations

import os
from pathlib import Path

from lispe_core.errors import LispError

NUMBER = 8
"""Bytes of an element of ``integers`` and ``numbers``."""
POINTER = 8
"""Bytes of a place in a plain list."""

MOST_CHARACTERS = 2**28
"""The longest text that is made at one go: a longer one could not be stopped for a second."""

_SMALL = 2**26
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
"""What ``mallopt`` of glibc calls ``M_MMAP_THRESHOLD`` and ``M_TRIM_THRESHOLD``."""
_KEPT = 2**26
_MEMORY = Path("/proc/meminfo")


def require_room(count: int, size: int, what: str = "elements") -> None:
    """Check that ``count`` things of ``size`` bytes fit into the memory that is free.

    Raises:
        LispError: They don't.
    """
    needed = count * size
    if needed > _SMALL and needed > _free():
        raise LispError(f"not enough memory for {count} {what}")


def require_characters(count: int) -> None:
    """Check that a text of ``count`` characters can be made without a noticeable delay.

    Raises:
        LispError: It can't.
    """
    if count > MOST_CHARACTERS:
        raise LispError(f"a text of {count} characters is too long: {MOST_CHARACTERS} at most")


def keep_freed_memory() -> None:
    """Let the C library keep what long lists leave, up to 64 MiB, for the next ones.

    Otherwise glibc returns it when two lists of some megabytes are gone, and the system clears
    every page of the next ones again: that takes twenty times as long as computing them. Other C
    libraries decide for themselves.
    """
    import ctypes

    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_MMAP_THRESHOLD, _KEPT // 2)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)


def _free() -> int:
    """Bytes that can be had; the whole memory where the system doesn't tell what is free."""
    try:
        for line in _MEMORY.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
