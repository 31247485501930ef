"""The key test: what arrives for a key that is pressed, and what it does."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.keys import format_key
from textual.screen import ModalScreen

from workbench.app.dialogs import DIALOG_CSS
from workbench.app.drawable import visible
from workbench.app.hanging_text import HangingText
from workbench.app.keymap import EVERYWHERE, split_keys

KEPT = 12
LEAVES = "escape"
NOT_PLAIN = frozenset(
    ("alt+b", "alt+f", "alt+backspace", "ctrl+backspace", "ctrl+h", "ctrl+i", "ctrl+m")
)
"""Keys that arrive from a plain terminal as others."""

_PLAIN = re.compile(
    r"(shift\+)?tab|enter|escape|backspace|space"
    r"|ctrl\+([a-z]|underscore|backslash|right_square_bracket|circumflex_accent|at|space)"
    r"|alt\+[a-z0-9]"
    r"|((ctrl|alt|shift)\+)?(f\d|f1[0-2]|up|down|left|right|home|end|pageup|pagedown|delete|insert)"
)


def is_plain(key: str) -> bool:
    """Whether any terminal sends ``key``, or every key of a sequence, as itself."""
    return all(
        one not in NOT_PLAIN and (_PLAIN.fullmatch(one) or len(format_key(one)) == 1)
        for one in key.split()
    )


class KeyTest(ModalScreen[None]):
    """Shows every key that arrives, the last first; none does what it usually does.

    Args:
        here: What keys do where the focus was, by key.
        bindings: Every command: the place where it works, and its binding with its keys of now.
    """

    DEFAULT_CSS = (
        DIALOG_CSS.format(name="KeyTest")
        + """
    KeyTest {
        & #dialog { width: 100; padding: 0 1; }
        & HangingText { padding: 0 1; }
        & #arrived { min-height: 3; margin-bottom: 1; }
    }
    """
    )

    def __init__(
        self, here: Mapping[str, Binding], bindings: Sequence[tuple[str, Binding]]
    ) -> None:
        super().__init__()
        self.here = here
        self.bindings = bindings
        self._arrived: deque[Content] = deque(maxlen=KEPT)
        self._last = ""

    def compose(self) -> ComposeResult:
        """What has arrived, over what a plain terminal does not send."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = Content("Key test")
            dialog.border_subtitle = Content("escape twice closes")
            yield HangingText(Content("Press a key."), id="arrived")
            yield HangingText(self._not_plain(), id="rare")

    def arrive(self, event: events.Key) -> None:
        """Show a key; the second escape in a row closes the screen."""
        if event.key == self._last == LEAVES:
            self.dismiss(None)
            return
        self._last = event.key
        self._arrived.appendleft(self._told(event))
        self.query_one("#arrived", HangingText).update(Content("\n").join(self._arrived))

    def _told(self, event: events.Key) -> Content:
        typed = event.character if event.is_printable and event.character != event.key else None
        name = f"{event.key} {visible(typed)}" if typed else event.key
        key = Content.styled(f"{name:<18} ", "bold $accent")
        begins = [
            f"{keys.removeprefix(event.key).strip()} {binding.description}"
            for keys, binding in self.here.items()
            if keys.startswith(f"{event.key} ")
        ]
        if begins:
            return Content.assemble(key, f"begins a sequence: {', '.join(begins)}")
        if event.key in self.here:
            return Content.assemble(key, self.here[event.key].tooltip)
        others = sorted(
            (place, binding.tooltip)
            for place, binding in self.bindings
            if event.key in split_keys(binding.key)
        )
        if event.is_printable:
            panes = dict.fromkeys(place.lower() for place, _ in others)
            words = "; ".join(["a character", *([f"a key of {', '.join(panes)}"] if panes else [])])
        else:
            words = "; ".join(f"{place.lower()}: {does}" for place, does in others)
        return Content.assemble(key, (words or "does nothing", "dim"))

    def _not_plain(self) -> Content:
        """The keys that only some terminals send, and the commands that have no other."""
        rare = {
            key: (place, binding)
            for place, binding in self.bindings
            for key in split_keys(binding.key)
            if not is_plain(key)
        }
        parts = [Content.styled("Not every terminal sends", "bold $primary")]
        width = max(map(len, rare), default=0)
        for key, (place, binding) in sorted(rare.items()):
            alone = not any(map(is_plain, split_keys(binding.key)))
            note = "  (it has no other key)" if alone else ""
            where = "" if place == EVERYWHERE else f"{place.lower()}: "
            parts.append(
                Content.assemble(
                    (f"{key:>{width}}  ", "bold $accent"),
                    f"{where}{binding.tooltip}",
                    (note, "$text-warning"),
                )
            )
        return Content("\n").join(parts)
