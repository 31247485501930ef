"""The list of the runs on disk, to look at one again beside those that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
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
from workbench.app.panels.lines import single_line
from workbench.app.panels.numerals import byte_size
from workbench.app.panels.runs import KeptRun


class RunList(ModalScreen[KeptRun | None]):
    """Asks for one of the runs; escape gives ``None``.

    Args:
        runs: The runs on disk, in the order of the list.
        shown: The files of those that are on the picture.
    """

    DEFAULT_CSS = (
        DIALOG_CSS.format(name="RunList")
        + """
    RunList {
        & #dialog { width: 84; padding: 0 1; }
        & OptionList { height: auto; max-height: 16; border: none; background: $surface; }
    }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "leave",
            "Cancel",
            id="runs.cancel",
            tooltip="Open no run",
            show=False,
        )
    ]

    def __init__(self, runs: Sequence[KeptRun], shown: frozenset[Path]) -> None:
        super().__init__()
        self.runs = runs
        self.shown = shown

    def compose(self) -> ComposeResult:
        """A line for each run, and what the keys do."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content("Runs")
            yield OptionList(*(Option(self.line(run)) for run in self.runs))
            keys = "enter show, or take away what is shown   escape cancel"
            yield Static(Content.styled(keys, "$text-muted"))

    def line(self, run: KeptRun) -> Content:
        """Whether it is shown, when it began, what it was, how large it is."""
        return Content.assemble(
            ("● " if run.path in self.shown else "  ", "$accent"),
            (f"{run.began:%Y-%m-%d %H:%M}  ", "$text-muted"),
            single_line(run.title, 44).ljust(44),
            (f"  {byte_size(run.size)}", "$text-muted"),
        )

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.runs[event.option_index])

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
