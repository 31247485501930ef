"""Questions asked over the workbench: a choice, a path, and the page of help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Button, Input, Static

from workbench.app.drawable import drawable
from workbench.app.hanging_text import HangingText
from workbench.app.line_input import LineInput

DIALOG_CSS = """
    {name} {{
        align: center middle;
        background: $background 60%;
        & #dialog {{
            width: 64;
            max-width: 90%;
            height: auto;
            max-height: 90%;
            background: $surface;
            border: round $border;
            border-title-color: $accent;
            border-title-style: bold;
            padding: 1 2;
        }}
        & #question {{ width: 1fr; height: auto; margin-bottom: 1; }}
        & #choices {{ height: auto; align-horizontal: right; }}
        & Button {{ margin-left: 1; min-width: 10; }}
        & Input {{ border: none; height: 1; padding: 0 1; background: $panel; }}
    }}
"""


class Choice(ModalScreen[str]):
    """A question with a few answers; escape gives the last one.

    Args:
        title: The topic.
        question: What is asked.
        answers: A name and a label each; the first is marked as the usual one.
    """

    DEFAULT_CSS = DIALOG_CSS.format(name="Choice")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "leave",
            "Cancel",
            id="choice.cancel",
            tooltip="Answer with the last choice",
            show=False,
        ),
        Binding(
            "left",
            "app.focus_previous",
            "Previous",
            id="choice.previous",
            tooltip="Go to the choice on the left",
            show=False,
        ),
        Binding(
            "right",
            "app.focus_next",
            "Next",
            id="choice.next",
            tooltip="Go to the choice on the right",
            show=False,
        ),
    ]

    def __init__(self, title: str, question: str, answers: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.topic = title
        self.question = question
        self.answers = answers

    def compose(self) -> ComposeResult:
        """The question over its answers."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(drawable(self.topic))
            yield Static(Content(drawable(self.question)), id="question")
            with Horizontal(id="choices"):
                for number, (name, label) in enumerate(self.answers):
                    button = Button(Content(drawable(label)), id=name, compact=True)
                    button.variant = "default" if number else "primary"
                    yield button

    @on(Button.Pressed)
    def _choose(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id)

    def action_leave(self) -> None:
        """Answer with the last choice."""
        self.dismiss(self.answers[-1][0])


class PathSuggester(Suggester):
    """Goes on with the name of a file or folder as it is typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """``value`` completed by the first name that fits."""
        folder, _, start = value.rpartition("/")
        root = Path(f"{folder}/" if "/" in value else ".").expanduser()
        try:
            names = sorted(entry.name + "/" * entry.is_dir() for entry in root.iterdir())
        except OSError:
            return None
        fits = (name for name in names if name.startswith(start) and name.rstrip("/") != start)
        visible = (name for name in fits if start.startswith(".") or not name.startswith("."))
        found = next(visible, None)
        return None if found is None else value[: len(value) - len(start)] + found


class AskPath(ModalScreen[Path | None]):
    """Asks for the path of a file; tab takes the suggestion, escape gives ``None``."""

    DEFAULT_CSS = DIALOG_CSS.format(name="AskPath")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="path.cancel", tooltip="Name no file", show=False),
        Binding(
            "tab",
            "complete",
            "Complete",
            id="path.complete",
            tooltip="Take the suggestion over",
            show=False,
            priority=True,
        ),
    ]

    def __init__(self, title: str, start: str = "") -> None:
        super().__init__()
        self.topic = title
        self.start = start

    def compose(self) -> ComposeResult:
        """One line to type in, and what the keys do."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(drawable(self.topic))
            yield LineInput(
                self.start,
                placeholder="path of a file",
                suggester=PathSuggester(),
                compact=True,
            )
            yield Static(Content.styled("enter ok   tab complete   escape cancel", "$text-muted"))

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        value = event.value.strip()
        if "\0" in value:
            self.app.bell()
            return
        self.dismiss(Path(value).expanduser() if value else None)

    def action_complete(self) -> None:
        """Take the suggestion over."""
        self.query_one(Input).action_cursor_right()

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)


class Help(ModalScreen[str]):
    """A page to read: any of the keys that opened it closes it.

    Args:
        title: The topic.
        page: What is said of it.
        example: Code to try; the screen answers with it when that is wanted, else with nothing.
    """

    DEFAULT_CSS = (
        DIALOG_CSS.format(name="Help")
        + """
    Help {
        & #dialog { width: 100; padding: 0 1; }
        & VerticalScroll { height: auto; max-height: 100%; }
        & HangingText { padding: 0 1; }
    }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,f1,enter,q",
            "leave",
            "Close",
            id="help.close",
            tooltip="Close this page",
            show=False,
        ),
        Binding(
            "ctrl+r",
            "try_example",
            "Try the example",
            id="help.try",
            tooltip="Put the example of this page at the prompt",
            show=False,
        ),
    ]

    def __init__(self, title: str, page: Content, example: str = "") -> None:
        super().__init__()
        self.topic = title
        self.page = page
        self.example = example

    def compose(self) -> ComposeResult:
        """The page, scrolled by the usual keys."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = Content(drawable(self.topic))
            trying = "ctrl+r puts the example at the prompt   " * bool(self.example)
            dialog.border_subtitle = Content(f"{trying}escape closes")
            yield HangingText(self.page)

    def action_try_example(self) -> None:
        """Answer with the example."""
        if self.example:
            self.dismiss(self.example)
        else:
            self.app.bell()

    def action_leave(self) -> None:
        """Close the page."""
        self.dismiss("")
