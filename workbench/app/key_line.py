"""The keys at the foot of the screen: those of the focus first, six at most and none cut off."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

MOST = 6
SPARED_FIRST = ("switch_focus", "run_buffer", "help", "evaluate_top_form")


class KeyLine(Footer):
    """A footer that leaves keys out, the well-known first, until the others have room."""

    def compose(self) -> ComposeResult:
        """The keys that are left."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        spared = iter(SPARED_FIRST)
        while len(keys) > MOST or sum(map(_width, keys)) > self.app.size.width:
            action = next(spared, keys[-1].action)
            keys = [key for key in keys if key.action.rpartition(".")[2] != action]
        yield from keys

    async def on_resize(self, event: events.Resize) -> None:
        """Another width has room for other keys."""
        await self.recompose()


def _width(key: FooterKey) -> int:
    return len(f" {key.key_display} {key.description} ")
