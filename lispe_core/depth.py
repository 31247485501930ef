"""Room for deep recursion.

Calls between Lisp functions take no room on the processor's stack. Calls that pass through C code
(``sort``, an operator of a value class, a call with a list of arguments) do, on Python 3.11 without
a limit of their own; so the main thread's stack gets more room, where the system allows that.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

DEEPEST = 50_000
"""Python calls that a program may nest."""

STACK_BYTES = 112 * 2**20
"""Linux leaves 128 MiB below the main thread's stack free when a process starts."""

UNWATCHED_CALLS = sys.version_info >= (3, 13)
"""Whether Python forgets the recursion limit in calls that leave out or collect arguments."""


def watch_depth() -> None:
    """Be called, as every argument is given: Python looks at the recursion limit here."""


@contextlib.contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow a program to recurse :data:`DEEPEST` calls deep."""
    with _programs.guard:
        if not _programs.running:
            _programs.limit = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_programs.limit, DEEPEST))
            _raise_stack_limit()
        _programs.running += 1
    try:
        yield
    finally:
        with _programs.guard:
            _programs.running -= 1
            if not _programs.running:
                sys.setrecursionlimit(_programs.limit)


class _Programs:
    """The programs, and threads of programs, that run: the limit is that of the process."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.running = 0
        self.limit = 0


_programs = _Programs()


def _raise_stack_limit() -> None:
    if sys.platform != "linux":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = STACK_BYTES if hard == resource.RLIM_INFINITY else min(STACK_BYTES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))
