"""A question that is answered with a line of text."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from workbench.app.dialogs import DIALOG_CSS
from workbench.app.drawable import drawable
from workbench.app.line_input import LineInput


class AskLine(ModalScreen[str]):
    """Asks for a line; escape and an empty line give an empty text.

    Args:
        title: The topic.
        question: What to type.
        start: What stands there already.
    """

    DEFAULT_CSS = DIALOG_CSS.format(name="AskLine")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="line.cancel", tooltip="Answer nothing", show=False)
    ]

    def __init__(self, title: str, question: str, start: str = "") -> None:
        super().__init__()
        self.topic = title
        self.question = question
        self.start = start

    def compose(self) -> ComposeResult:
        """The question over one line to type in."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(drawable(self.topic))
            yield Static(Content(drawable(self.question)), id="question")
            yield LineInput(self.start, compact=True)
            yield Static(Content.styled("enter ok   escape cancel", "$text-muted"))

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss("")
