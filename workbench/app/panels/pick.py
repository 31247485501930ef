"""A list over the workbench, to choose one line of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workbench.app.dialogs import DIALOG_CSS
from workbench.app.drawable import drawable


class Pick(ModalScreen[int | None]):
    """Asks for one of several lines and gives its place; escape gives ``None``.

    Args:
        title: The topic.
        lines: What can be chosen.
        deed: What enter does.
    """

    DEFAULT_CSS = (
        DIALOG_CSS.format(name="Pick")
        + """
    Pick {
        & #dialog { width: 84; padding: 0 1; }
        & OptionList {
            height: auto; max-height: 16; border: none; padding: 0; background: $surface;
            &:focus { border: none; }
        }
    }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "leave",
            "Cancel",
            id="pick.cancel",
            tooltip="Choose nothing",
            show=False,
        )
    ]

    def __init__(self, title: str, lines: Sequence[Content], deed: str) -> None:
        super().__init__()
        self.topic = title
        self.lines = lines
        self.deed = deed

    def compose(self) -> ComposeResult:
        """The lines, and what the keys do."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(drawable(self.topic))
            yield OptionList(*(Option(line) for line in self.lines))
            keys = f"enter {self.deed}   escape cancel"
            yield Static(Content.styled(keys, "$text-muted"))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
