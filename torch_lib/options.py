"""Maps of settings, as functions take them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from torch_lib.errors import ArgumentError

__all__ = ["check_keys"]


def check_keys(given: Iterable[str], known: Collection[str]) -> None:
    """Refuse a setting that there is not.

    Raises:
        ArgumentError: Naming the first one, and those that there are.
    """
    for key in given:
        if key not in known:
            raise ArgumentError(f'unknown key "{key}" (known: {", ".join(known)})')
