"""Jump: a letter on everything that can be gone to, and the next key goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static, Tab, Tabs

if TYPE_CHECKING:
    from textual.screen import Screen

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class Jump(ModalScreen[Widget | None]):
    """Gives the target whose letter is pressed, nothing for any other key or a click."""

    DEFAULT_CSS = """
    Jump {
        background: transparent;
        & Static {
            position: absolute;
            width: 3;
            height: 1;
            background: $accent;
            color: $background;
            text-style: bold;
            text-align: center;
        }
    }
    """

    def __init__(self, targets: Sequence[Widget]) -> None:
        super().__init__()
        self.targets = dict(zip(LETTERS, targets, strict=False))

    def compose(self) -> ComposeResult:
        """A letter at the start of each target."""
        for letter, target in self.targets.items():
            mark = Static(Content(letter))
            mark.styles.offset = target.region.offset
            yield mark

    def on_key(self, event: events.Key) -> None:
        """Choose, or leave."""
        event.stop()
        self.dismiss(self.targets.get(event.key))

    def on_click(self) -> None:
        """Leave."""
        self.dismiss(None)


def jump_targets(screen: Screen[Any]) -> list[Widget]:
    """What can be gone to on ``screen``: tabs and whatever takes the focus, from the top down."""
    tabs = [tab for tab in screen.query(Tab) if tab.region.area and tab.is_on_screen]
    others = [one for one in screen.focus_chain if not isinstance(one, Tabs) and one.region.area]
    return sorted([*tabs, *others], key=lambda one: (one.region.y, one.region.x))


def go_to(target: Widget) -> None:
    """Bring a tab up, or give the focus."""
    if isinstance(target, Tab):
        bar = next(node for node in target.ancestors if isinstance(node, Tabs))
        bar.active = str(target.id)
    else:
        target.focus()
