"""Keys that act only one after the other, such as ctrl+x ctrl+s.

A sequence is bound as one key whose name holds blanks. Its keys are gathered here, and the widgets
get one key event for all of them, in the order of what else is typed.
"""

from __future__ import annotations

from collections.abc import Collection


class KeySequence:
    """The keys of a sequence that were pressed so far: ``begun``, empty outside of one."""

    def __init__(self) -> None:
        self.begun = ""

    def take(self, key: str, bound: Collection[str]) -> str | None:
        """What ``key`` comes to: itself, a whole sequence, or ``None`` while that is not whole.

        Escape ends a sequence, as does a key that continues none: it is not acted on.

        Args:
            key: The name of the key.
            bound: The keys and sequences that do something now.
        """
        keys = f"{self.begun} {key}".lstrip()
        within = bool(self.begun)
        if any(one.startswith(f"{keys} ") for one in bound):
            self.begun = keys
            return None
        self.begun = ""
        return keys if not within or keys in bound else None


def continuations(begun: str, bound: Collection[str]) -> list[str]:
    """The sequences among ``bound`` that go on from ``begun``."""
    return sorted(one for one in bound if one.startswith(f"{begun} "))
