"""The processes of a run, as the variables say that ``torchrun`` sets for each."""

from __future__ import annotations

import os

__all__ = ["local_rank", "process_count", "process_rank"]


def process_count() -> int:
    """How many processes the run has; 1 for a program that was started alone."""
    return _number("WORLD_SIZE", 1)


def process_rank() -> int:
    """The number of this process, from 0."""
    return _number("RANK", 0) if process_count() > 1 else 0


def local_rank() -> int:
    """The number of this process among those of the same machine, from 0."""
    return _number("LOCAL_RANK", 0)


def _number(variable: str, otherwise: int) -> int:
    text = os.environ.get(variable, "")
    return int(text) if text.isdecimal() else otherwise
