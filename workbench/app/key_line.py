"""The keys at the foot of the screen: those of the focus first, six at most."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

MOST = 6
SPARED_FIRST = ("f2", "f5", "f1", "ctrl+r")


class KeyLine(Footer):
    """A footer that leaves keys out, the well-known first, until six are left."""

    def compose(self) -> ComposeResult:
        """The keys that are left."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        spared = iter(SPARED_FIRST)
        while len(keys) > MOST:
            name = next(spared, keys[MOST].key)
            keys = [key for key in keys if key.key != name]
        yield from keys
