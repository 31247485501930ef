"""Checks that many functions share: of maps of settings, and of sizes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from torch_lib.errors import ArgumentError

__all__ = ["check_keys", "check_positive", "is_number", "is_whole"]


def check_keys(given: Iterable[str], known: Collection[str]) -> None:
    """Refuse a setting that there is not.

    Raises:
        ArgumentError: Naming the first one, and those that there are.
    """
    for key in given:
        if key not in known:
            raise ArgumentError(f'unknown key "{key}" (known: {", ".join(known)})')


def check_positive(**values: int) -> None:
    """Refuse sizes below 1.

    Raises:
        ArgumentError: A value is not positive; the message names it.
    """
    for name, value in values.items():
        if value < 1:
            raise ArgumentError(f"{name} must be a positive integer, got {value}")


def is_whole(value: Any) -> bool:
    """Whether a setting is an integer; a truth value is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_seed(value: Any) -> bool:
    """Whether random numbers can start from a setting."""
    return is_whole(value) and -(2**63) <= value < 2**64


SEED = "an integer from -2**63 to 2**64 - 1"
"""What ``is_seed`` expects."""


def is_number(value: Any) -> bool:
    """Whether a setting is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
