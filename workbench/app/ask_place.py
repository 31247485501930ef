"""The question where to go in the text."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from workbench.app.dialogs import DIALOG_CSS
from workbench.app.line_input import LineInput

PLACE = re.compile(r"\s*(\d+)\s*(?:[:,\s]\s*(\d+)\s*)?")


class AskPlace(ModalScreen[tuple[int, int] | None]):
    """Asks for a line, or ``line:column``, both from 1; escape gives ``None``.

    Args:
        lines: How many there are.
    """

    DEFAULT_CSS = DIALOG_CSS.format(name="AskPlace")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="place.cancel", tooltip="Stay here", show=False)
    ]

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.lines = lines

    def compose(self) -> ComposeResult:
        """One line to type in, and what the keys do."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content("Go to line")
            yield LineInput(placeholder=f"1 to {self.lines}, or line:column", compact=True)
            yield Static(Content.styled("enter ok   escape cancel", "$text-muted"))

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        place = parse_place(event.value)
        if place is None:
            self.app.bell()
        else:
            self.dismiss(place)

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)


def parse_place(text: str) -> tuple[int, int] | None:
    """Line and column in ``text``, column 1 where there is none; ``None`` if it names no line."""
    found = PLACE.fullmatch(text)
    return (int(found[1]), int(found[2] or 1)) if found else None
