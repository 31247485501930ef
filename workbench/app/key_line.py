"""The keys at the foot of the screen: those of the focus first, six at most and none cut off."""

from __future__ import annotations

from dataclasses import replace

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.reactive import reactive
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey

from workbench.app.key_sequences import continuations

MOST = 6
SPARED_FIRST = ("switch_focus", "run_buffer", "help", "evaluate_top_form")


class KeyLine(Footer):
    """A footer that leaves keys out, the well-known first, until the others have room.

    Within a sequence of keys it shows what was pressed and how it can go on.
    """

    DEFAULT_CSS = """
    KeyLine #begun {
        width: auto;
        height: 1;
        padding: 0 1;
        background: $accent;
        color: $background;
        text-style: bold;
    }
    """

    begun: reactive[str] = reactive("", recompose=True)
    """The keys of a sequence that were pressed so far."""

    def compose(self) -> ComposeResult:
        """The keys that are left."""
        if self.begun:
            yield from self._continuations()
            return
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        spared = iter(SPARED_FIRST)
        while len(keys) > MOST or sum(map(_width, keys)) > self.app.size.width:
            action = next(spared, keys[-1].action)
            keys = [key for key in keys if key.action.rpartition(".")[2] != action]
        yield from keys

    def _continuations(self) -> ComposeResult:
        """What was pressed, and each sequence that goes on from there, as far as there is room."""
        display = self.app.get_key_display
        sign = f"{display(Binding(self.begun, ''))} …"
        yield Static(sign, id="begun", markup=False)
        bound = self.screen.active_bindings
        room = self.app.size.width - len(sign) - 2
        for keys in continuations(self.begun, bound):
            binding = bound[keys].binding
            rest = display(replace(binding, key=keys.removeprefix(f"{self.begun} ")))
            shown = FooterKey(keys, rest, binding.description, binding.action)
            shown.data_bind(Footer.compact)
            room -= _width(shown)
            if room >= 0:
                yield shown

    async def on_resize(self, event: events.Resize) -> None:
        """Another width has room for other keys."""
        await self.recompose()


def _width(key: FooterKey) -> int:
    return len(f" {key.key_display} {key.description} ")
