"""A line to ask a model a question, under the settings of sampling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message as Notice
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Label

from workbench.app.line_input import LineInput
from workbench.app.panels.chat import Sampling, is_name, sampling

MODEL_KIND = "torch_decoder"
DEFAULTS = Sampling()
FIELDS = (
    (
        "temp",
        "temperature",
        f"{DEFAULTS.temperature:g}",
        "Temperature; 0 always takes the best token",
    ),
    ("top-k", "top-k", f"{DEFAULTS.top_k:g}", "Draw from so many of the best tokens; 0 from all"),
    ("top-p", "top-p", f"{DEFAULTS.top_p:g}", "Draw from the tokens that together reach this"),
    ("max", "max-tokens", f"{DEFAULTS.max_tokens:g}", "Write so many tokens at most"),
)
MODEL_FIELDS = (
    ("rep", "penalty", f"{DEFAULTS.repetition_penalty:g}", "Repetition penalty; 1 for none"),
    ("seed", "seed", "", "Where random numbers start; empty for another answer each time"),
)


class AskForm(Vertical):
    """Model, settings, system message and question; enter asks, escape leaves."""

    @dataclass
    class Asked(Notice):
        """A question for the model in a variable."""

        model: str
        question: str
        settings: Sampling
        system: str = ""

    class Left(Notice):
        """No question any more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "leave",
            "Leave",
            id="ask.leave",
            tooltip="Leave the question",
            show=False,
        ),
        Binding(
            "up",
            "app.focus_previous",
            "Previous setting",
            id="ask.up",
            tooltip="Go to the field before",
            show=False,
        ),
        Binding(
            "down",
            "app.focus_next",
            "Next setting",
            id="ask.down",
            tooltip="Go to the next field",
            show=False,
        ),
    ]
    DEFAULT_CSS = """
    AskForm {
        height: 4;
        padding: 0 1;
        background: $panel;
        & Horizontal { height: 1; }
        & Label { color: $text-muted; padding: 0 1 0 0; }
        & Input {
            border: none; height: 1; padding: 0; background: $boost;
            &:focus { border: none; background: $primary 30%; }
        }
        & .setting { width: 5; margin: 0 1 0 0; }
        & #ask-model { width: 1fr; margin: 0 1 0 0; }
        & #ask-system, & #ask-question { width: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        """The question below what it is asked with."""
        with Horizontal():
            yield Label("model")
            model = LineInput("model", placeholder="variable of a model", id="ask-model")
            model.tooltip = "The variable that holds the model; m finds models on disk"
            yield model
            yield from _settings(MODEL_FIELDS)
        with Horizontal():
            yield from _settings(FIELDS)
        with Horizontal():
            yield Label("system")
            system = LineInput(placeholder="how to answer", id="ask-system")
            system.tooltip = "What the model is told before the conversation; may be empty"
            yield system
        with Horizontal():
            yield Label("ask")
            yield LineInput(placeholder="a question", id="ask-question")

    @property
    def model(self) -> str:
        """The variable that was named."""
        return self.query_one("#ask-model", Input).value.strip()

    def offer(self, models: list[str]) -> None:
        """Suggest the variables that hold models; one takes the place of a name that is gone."""
        field = self.query_one("#ask-model", Input)
        field.suggester = SuggestFromList(models)
        if models and field.value not in models and not field.has_focus:
            field.value = models[0]

    def begin(self) -> None:
        """Let a question be typed."""
        self.query_one("#ask-question", Input).focus()

    @on(Input.Submitted)
    def ask(self, event: Input.Submitted) -> None:
        """Ask what was typed; in a setting, go on to the question."""
        event.stop()
        question = self.query_one("#ask-question", Input)
        if event.input is not question:
            question.focus()
            return
        if not question.value.strip():
            return
        names = [name for _, name, _, _ in FIELDS + MODEL_FIELDS]
        values = [self.query_one(f"#ask-{name}", Input).value.strip() for name in names]
        try:
            if not is_name(self.model):
                raise ValueError(f"“{self.model}” is no name of a variable")
            settings = sampling(*values)
        except ValueError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        system = self.query_one("#ask-system", Input).value.strip()
        self.post_message(self.Asked(self.model, question.value.strip(), settings, system))

    def clear(self) -> None:
        """The question was taken."""
        self.query_one("#ask-question", Input).value = ""

    def action_leave(self) -> None:
        """Ask nothing."""
        self.post_message(self.Left())


def _settings(fields: Iterable[tuple[str, str, str, str]]) -> Iterator[Widget]:
    """A label and a line for each of the fields."""
    for label, name, value, tooltip in fields:
        yield Label(label)
        field = LineInput(value, id=f"ask-{name}", classes="setting")
        field.tooltip = tooltip
        yield field
