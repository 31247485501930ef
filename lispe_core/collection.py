"""The garbage collector rests while forms are read and compiled: half of that time was its."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 10_000


@contextmanager
def postponed_collection() -> Iterator[None]:
    """Make many objects, most of which stay, without looking for garbage among them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _MANY:
            _age()
        if collecting:
            gc.enable()


def _age() -> None:
    """Make all objects old: only a search through everything looks at them again.

    The forms of a long program stay, and the searches among young objects, one of which would
    follow at once, took a tenth of the time of its compilation.
    """
    if not gc.get_freeze_count():  # what is frozen must not thaw
        gc.freeze()
        gc.unfreeze()
