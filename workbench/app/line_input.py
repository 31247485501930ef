"""A line to type in, as dialogs, forms and filters have it."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.widgets import Input

from workbench.app.drawable import visible
from workbench.app.key_events import is_text, run_binding


class LineInput(Input):
    """A line that takes letters only without alt, and shows what would hide in it."""

    async def on_key(self, event: events.Key) -> None:
        """A letter with alt does what it is bound to, and is not typed."""
        if event.is_printable and not is_text(event):
            await run_binding(self, event)
            event.prevent_default()

    @property
    def _value(self) -> Text:
        return Text(visible(self.value).replace("\t", " "), no_wrap=True, overflow="ignore", end="")
