"""How the panes share the screen: by keys, by dragging a border, back to normal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.widget import Widget

LEAST, MOST = 20, 80
STEP = 5


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the width what the code takes, of its height what the editor takes, in percent."""

    code: int = 58
    editor: int = 60

    def moved(self, pane: str, step: int) -> Shares:
        """With ``step`` percent more for a pane, as far as the others stay usable."""
        return self.with_share(pane, getattr(self, pane) + step)

    def with_share(self, pane: str, share: int) -> Shares:
        """With another share for a pane."""
        return replace(self, **{pane: max(LEAST, min(share, MOST))})


@dataclass
class Dragged(Message):
    """A border is drawn to a column or row of the screen."""

    pane: str
    place: int


class DragEdge(Widget):
    """A pane whose first column or row, its border, moves with the mouse.

    ``edge`` is ``"left"`` or ``"top"``, ``before`` the pane on the other side.
    """

    edge: ClassVar[str]
    before: ClassVar[str]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the border."""
        if (event.x if self.edge == "left" else event.y) == 0 and event.widget is self:
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw the border along."""
        if self.app.mouse_captured is self:
            place = event.screen_x if self.edge == "left" else event.screen_y
            self.post_message(Dragged(self.before, int(place)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let the border go."""
        self.release_mouse()
