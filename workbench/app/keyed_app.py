"""What the workbench does with keys before any pane sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from textual import events
from textual.app import App
from textual.binding import Binding

from workbench.app.commands import Command, commands
from workbench.app.key_line import KeyLine
from workbench.app.key_sequences import KeySequence
from workbench.app.key_test import KeyTest
from workbench.app.keymap import bindings_now
from workbench.app.keys import WORKBENCH_KEYS


class KeyedApp(App[int]):
    """An app whose keys may be sequences, and whose keys wait while a question is open."""

    def __init__(self) -> None:
        super().__init__()
        self._sequence = KeySequence()
        self.last_key = 0.0
        """When a key was pressed last, on the monotonic clock."""
        self.offered: Sequence[Command] = ()
        """What the palette lists: the commands of the screen that it was opened over."""

    async def on_event(self, event: events.Event) -> None:
        """Gather the keys of a sequence; a letter with alt is no text, whoever has the focus."""
        if isinstance(event, events.Key):
            self.last_key = monotonic()
        if isinstance(event, events.Key) and not event.is_forwarded and self.screen_stack:
            if isinstance(self.screen, KeyTest):
                self.screen.arrive(event)
                return
            key = self._whole_key(event.key)
            if key is None:
                return
            if key != event.key or key.startswith("alt+"):
                event = events.Key(key, None)
        await super().on_event(event)

    def _whole_key(self, key: str) -> str | None:
        begun = self._sequence.begun
        if not begun and not any(f"{key} " in keys for keys in self._keymap.values()):
            return key  # most keys begin nothing
        taken = self._sequence.take(key, self.screen.active_bindings)
        for line in self.query(KeyLine):
            line.begun = self._sequence.begun
        if taken is None and not self._sequence.begun and key != "escape":
            self.bell()
            shown = self.get_key_display(Binding(f"{begun} {key}", ""))
            self.notify(f"{shown} does nothing here.", markup=False)
        return taken

    def get_key_display(self, binding: Binding) -> str:
        """Keys as they stand on a keyboard: F5, ^r, ^x ^s."""
        shown = []
        for key in binding.key.split():
            one = super().get_key_display(replace(binding, key=key))
            shown.append(one.upper() if one.startswith("f") and one[1:].isdigit() else one)
        return " ".join(shown)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether ``action`` makes sense now; none of ours while a question is open."""
        if self.screen.is_modal and any(action == key.action for key in WORKBENCH_KEYS):
            return False
        return super().check_action(action, parameters)

    def action_command_palette(self) -> None:
        """Find any command by its name."""
        self.offered = tuple(commands(self.screen))
        super().action_command_palette()

    def action_test_keys(self) -> None:
        """Show what arrives for a key, and what it does."""
        active = self.screen.active_bindings
        here = {key: bound.binding for key, bound in active.items() if bound.binding.tooltip}
        self.push_screen(KeyTest(here, bindings_now(self)))
