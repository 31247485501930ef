"""Which keys are text, and what the others do at once, in the order in which they were pressed."""

from __future__ import annotations

from textual import events
from textual.widget import Widget


def is_text(event: events.Key) -> bool:
    """Whether a key is a character to insert: alt with a letter brings the letter, but is none."""
    return event.is_printable and not event.key.startswith("alt+")


async def run_binding(widget: Widget, event: events.Key) -> bool:
    """Do what a key is bound to where ``widget`` has the focus; answers whether it is bound.

    Letters are inserted by the widget while a binding is only looked up when its key has bubbled
    to the app: of keys typed in one go a letter would overtake a backspace before it.
    """
    bound = widget.screen.active_bindings.get(event.key)
    if bound is None or not bound.enabled:
        return False
    event.stop()
    event.prevent_default()
    await widget.app.run_action(bound.binding.action, bound.node)
    return True
