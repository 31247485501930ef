"""Refusing what does not fit into memory, before it is asked for.

Linux grants more memory than there is and ends the process when it is used: a shape that is far
too large has to be an error, not the end of a session.
"""

from __future__ import annotations

import math
import resource
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from torch_lib.display import shape_text
from torch_lib.errors import ShapeError

__all__ = ["check_memory", "check_room", "limited_memory"]

LARGEST_UNCHECKED = 2**26
"""Bytes below which the memory at hand is not asked for: that takes longer than the allocation."""

GIB = 2**30
_HEADROOM = 2 * GIB


def check_room(shape: Sequence[int], dtype: torch.dtype, device: torch.device) -> None:
    """Refuse a tensor for which there is no memory.

    Raises:
        ShapeError: Saying what it needs and what there is.
    """
    name = str(dtype).removeprefix("torch.")
    needed = math.prod(shape) * dtype.itemsize
    check_memory(f"a tensor of {name} and shape {shape_text(shape)}", needed, device)


def check_memory(what: str, needed: int, device: torch.device) -> None:
    """Refuse ``what`` needs more bytes than there are.

    Raises:
        ShapeError: Saying what it needs and what there is.
    """
    if needed <= LARGEST_UNCHECKED:
        return
    available = _available(device)
    if needed > available:
        raise ShapeError(f"{what} needs {_gib(needed)} GiB, {_gib(available)} GiB are available")


@contextmanager
def limited_memory() -> Iterator[None]:
    """Let the block fail with ``MemoryError`` before the process takes two more GiB.

    It does where the system keeps such limits, as Linux does.
    """
    if sys.platform != "linux":
        yield
        return
    with _limiting:
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        import psutil

        limit = psutil.Process().memory_info().vms + _HEADROOM
        known = [bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_AS, (min([limit, *known]), hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


_limiting = threading.Lock()


def _available(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    import psutil

    return int(psutil.virtual_memory().available)


def _gib(count: int) -> str:
    return f"{count / GIB:.1f}" if count < 1e6 * GIB else f"{count / GIB:.1e}"
