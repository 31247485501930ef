"""What a model writes, token by token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from torch_lib.events import GenerationFinished, GenerationStarted, TokenGenerated
from workbench.app.panels.base import InterruptRequested, Panel
from workbench.app.panels.numerals import duration
from workbench.runtime.protocol import EvaluationFailed, EvaluationInterrupted, SessionRestarted

KEPT = 20
CHARACTERS = 20_000
BUTTON_WIDTH = 11
REASONS = {
    "end": "ended",
    "length": "full length",
    "stopped": "stopped",
    "interrupted": "interrupted",
}
Happening = (
    GenerationStarted
    | TokenGenerated
    | GenerationFinished
    | EvaluationFailed
    | EvaluationInterrupted
    | SessionRestarted
)


class Passage(Static):
    """One generation: the prompt dimmed, then what the model wrote."""

    DEFAULT_CSS = """
    Passage { height: auto; padding: 0 1; }
    Passage.-past { border-bottom: solid $foreground 20%; }
    """

    def __init__(self, started: GenerationStarted, now: float) -> None:
        super().__init__()
        self.started = started
        self.began = now
        self.first: float | None = None
        self.latest = now
        self.count = 0
        self.text = ""
        self.ids = ""
        self.seconds: float | None = None
        self.end = ""

    def take(self, tokens: Sequence[TokenGenerated], now: float) -> None:
        """Append tokens: their text, or their numbers while no tokenizer gives any text."""
        self.count += len(tokens)
        self.first = now if self.first is None else self.first
        self.latest = now
        self.text += "".join(token.text for token in tokens)
        if not self.text and not self.started.prompt:
            self.ids += "".join(f"{token.token} " for token in tokens)
        self.show()

    def finish(self, end: str, seconds: float | None = None) -> None:
        """Say how the generation ended, and how long it took where that is known."""
        self.end = end
        self.seconds = seconds

    def show(self) -> None:
        """Draw the end of what there is, at most ``CHARACTERS`` of it."""
        written = self.text or self.ids
        mark = "… " if len(written) > CHARACTERS else ""
        self.text, self.ids = self.text[-2 * CHARACTERS :], self.ids[-2 * CHARACTERS :]
        passage = Content.assemble(
            (self.started.prompt[-CHARACTERS:], "$foreground 55%"),
            (mark, "$foreground 55%"),
            written[-CHARACTERS:],
        )
        self.update(passage, layout=False)
        space = self.content_size
        # A new layout of the screen costs more than all else that a token does.
        if self.get_content_height(space, space, space.width) != space.height:
            self.refresh(layout=True)

    def facts(self, width: int) -> str:
        """Tokens, pace, how it ended, wait for the first token: as many as fit."""
        limit = (
            f"/{self.started.max_new_tokens}"
            if self.started.max_new_tokens and not self.end
            else ""
        )
        parts = [f"{self.count}{limit} tokens"]
        seconds = self.seconds
        if seconds is None and self.first is not None:
            seconds = self.latest - self.began
        if seconds and self.count:
            parts.append(f"{self.count / seconds:.1f}/s")
        if self.end:
            parts.append(self.end)
        if self.first is not None:
            parts.append(f"first {duration(self.first - self.began)}")
        while len(parts) > 1 and len(" · ".join(parts)) > width:
            parts.pop()
        return " · ".join(parts)


class GenerationPanel(Panel[Happening]):
    """The text as it comes, followed to its end unless the reader scrolled up."""

    title = "Generation"
    empty = (
        "Nothing has been generated yet.\n\nText appears here token by token\n"
        "while (torch_generate …) runs."
    )
    accepts = (
        GenerationStarted,
        TokenGenerated,
        GenerationFinished,
        EvaluationFailed,
        EvaluationInterrupted,
        SessionRestarted,
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "x",
            "stop",
            "Stop the model",
            id="generation.stop",
            tooltip="Stop what the model writes",
            show=False,  # the button names it
        ),
    ]
    DEFAULT_CSS = """
    GenerationPanel {
        & > Horizontal { height: 1; padding: 0 1; }
        & #generation-summary { width: 1fr; height: 1; color: $foreground 60%; }
        & Button { display: none; min-width: 10; width: 10; }
        &.-writing Button { display: block; }
        & > VerticalScroll { height: 1fr; }
        & > VerticalScroll > Vertical { height: auto; min-height: 100%; }
    }
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self.clock = clock
        self.passages: list[Passage] = []

    def contents(self) -> ComposeResult:
        """A summary and the stop button above the text."""
        with Horizontal():
            yield Static(id="generation-summary", markup=False)
            stop = Button("Stop (x)", variant="error", compact=True, tooltip="Stop the generation")
            stop.can_focus = False
            yield stop
        with VerticalScroll():
            yield Vertical()

    def on_mount(self) -> None:
        """Follow the end."""
        self.query_one(VerticalScroll).anchor()

    @property
    def writing(self) -> Passage | None:
        """The passage under way."""
        newest = self.passages[-1] if self.passages else None
        return newest if newest and not newest.end else None

    def receive(self, events: Sequence[Happening]) -> None:
        """Write what came; tokens that stand side by side are written at once."""
        now = self.clock()
        for kind, group in groupby(events, key=type):
            if kind is TokenGenerated:
                tokens = [event for event in group if isinstance(event, TokenGenerated)]
                if self.writing is None:
                    self.begin(GenerationStarted("", 0, 0), now)
                self.passages[-1].take(tokens, now)
                continue
            for event in group:
                self.turn(event, now)
        self.summarise()

    def turn(self, event: Happening, now: float) -> None:
        """Begin or end a passage."""
        writing = self.writing
        if isinstance(event, GenerationStarted):
            if writing:
                writing.finish("interrupted")
            self.begin(event, now)
        elif writing and isinstance(event, GenerationFinished):
            writing.finish(REASONS.get(event.reason, event.reason), event.seconds)
        elif writing:
            writing.finish("interrupted")

    def begin(self, started: GenerationStarted, now: float) -> None:
        """A separator, a new passage, and the oldest one goes where there are too many."""
        if self.passages:
            self.passages[-1].add_class("-past")
        if len(self.passages) == KEPT:
            self.passages.pop(0).remove()
        passage = Passage(started, now)
        self.passages.append(passage)
        self.query_one("VerticalScroll > Vertical").mount(passage)
        passage.show()
        self.filled = True

    def summarise(self) -> None:
        """Tokens and pace of the newest passage; the stop button while it is written."""
        writing = self.writing is not None
        self.set_class(writing, "-writing")
        if self.passages:
            width = self.size.width - 2 - BUTTON_WIDTH * writing
            facts = self.passages[-1].facts(width)
            self.query_one("#generation-summary", Static).update(facts, layout=False)

    def on_resize(self) -> None:
        """Fit the summary to the width."""
        self.summarise()

    @on(Button.Pressed)
    def press_stop(self, event: Button.Pressed) -> None:
        """The button does what the key does."""
        event.stop()
        self.action_stop()

    def action_stop(self) -> None:
        """Ask the app to interrupt, if a model writes."""
        if self.writing:
            self.post_message(InterruptRequested())
