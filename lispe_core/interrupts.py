"""Stop requests: they end user code at once, and wait where it must not be disturbed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lispe_core.errors import Interrupted


class _State(threading.local):
    """What a thread is doing; the signal handler, in the main thread, looks at that one's."""

    def __init__(self) -> None:
        self.running = 0
        self.shields = 0
        self.requested = False


_state = _State()


@contextmanager
def user_code() -> Iterator[None]:
    """While user code runs: a request raises :class:`~lispe_core.errors.Interrupted` in it."""
    _state.running += 1
    shields, _state.shields = _state.shields, 0
    try:
        yield
    finally:
        _state.shields = shields
        _state.running -= 1
        if not _state.running:
            _state.requested = False


@contextmanager
def shielded() -> Iterator[None]:
    """While something must be finished: a request waits until the block is left."""
    _state.shields += 1
    try:
        yield
    finally:
        _state.shields -= 1
    if _state.requested and _state.running and not _state.shields:
        _state.requested = False
        raise Interrupted


def request() -> bool:
    """Ask user code to stop; called by a signal handler in the main thread.

    Returns:
        False if no user code runs, True if it runs shielded and stops later.
    """
    if not _state.running:
        return False
    if _state.shields:
        _state.requested = True
        return True
    raise Interrupted
