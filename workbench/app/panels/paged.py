"""Views of values of any size, of which only what is in view is held and asked for."""

from __future__ import annotations

from typing import Any

from textual.scroll_view import ScrollView

SETTLE_SECONDS = 0.03


class PagedView(ScrollView):
    """Asks for what came into view, once that stands still.

    Attributes:
        asked: The pages that were asked for; an answer is on its way, or has come.
    """

    def __init__(self, *children: Any, **options: Any) -> None:
        super().__init__(*children, **options)
        self.asked: set[Any] = set()
        self.settling = False

    def ask(self) -> None:
        """Ask for what is in view and missing."""
        raise NotImplementedError

    def settle(self) -> None:
        """Draw now; ask for what is missing once the view stands still."""
        self.refresh()
        if not self.settling:
            self.settling = True
            self.set_timer(SETTLE_SECONDS, self._settled)

    def ask_again(self) -> None:
        """Ask for what is in view and still missing: an answer may have been lost."""
        self.asked.clear()
        self.settle()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Ask for the columns that came into view."""
        super().watch_scroll_x(old_value, new_value)
        self.settle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for the rows that came into view."""
        super().watch_scroll_y(old_value, new_value)
        self.settle()

    def on_resize(self) -> None:
        """Ask for what came into view."""
        self.settle()

    def _settled(self) -> None:
        self.settling = False
        self.ask()
