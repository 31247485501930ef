"""What a model writes, token by token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from torch_lib.events import GenerationFinished, GenerationStarted, TokenGenerated
from workbench.app.drawable import single_line
from workbench.app.panels.ask_form import MODEL_KIND, AskForm
from workbench.app.panels.base import EvaluateSource, InterruptRequested, Panel
from workbench.app.panels.chat import (
    ORIGIN,
    Message,
    is_name,
    question_program,
)
from workbench.app.panels.model_loading import ways_to_load
from workbench.app.panels.models import find_models, model_folders, model_line
from workbench.app.panels.numerals import counted
from workbench.app.panels.passage import Look, Passage, level_legend
from workbench.app.panels.pick import Pick
from workbench.app.panels.runs import titled
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationInterrupted,
    EvaluationStarted,
    SessionRestarted,
    VariablesChanged,
)

KEPT = 20
KEPT_CHARACTERS = 200_000
BUTTON_WIDTH = 11
REASONS = {
    "end": "ended",
    "length": "full length",
    "stopped": "stopped",
    "interrupted": "interrupted",
}
Happening = (
    EvaluationStarted
    | GenerationStarted
    | TokenGenerated
    | GenerationFinished
    | EvaluationFailed
    | EvaluationInterrupted
    | SessionRestarted
    | VariablesChanged
)


class Passages(VerticalScroll, inherit_bindings=False):
    """The generations below each other; left and right are for choosing tokens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding
        for binding in ScrollableContainer.BINDINGS
        if isinstance(binding, Binding) and binding.key not in ("left", "right")
    ]


class GenerationPanel(Panel[Happening]):
    """The text as it comes, followed to its end unless the reader scrolled up."""

    title = "Generation"
    empty = (
        "Nothing has been generated yet.\n\nText appears here token by token\n"
        "while (torch_generate …) runs.\nm loads a model from disk, a asks one."
    )
    accepts = (
        EvaluationStarted,
        GenerationStarted,
        TokenGenerated,
        GenerationFinished,
        EvaluationFailed,
        EvaluationInterrupted,
        SessionRestarted,
        VariablesChanged,
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
        Binding(
            "r",
            "repeat",
            "Again",
            id="generation.repeat",
            tooltip="Evaluate once more what let the model write",
        ),
        Binding(
            "a",
            "ask",
            "Ask",
            id="generation.ask",
            tooltip="Ask a model a question, with settings of sampling",
        ),
        Binding(
            "m",
            "open_model",
            "Models…",
            id="generation.models",
            tooltip="Load a model that is found on disk",
            show=False,
        ),
        Binding(
            "n",
            "new_conversation",
            "New conversation",
            id="generation.new",
            tooltip="Forget what was asked before",
            show=False,
        ),
        Binding(
            "c",
            "toggle_coloured",
            "Probabilities",
            id="generation.coloured",
            tooltip="Colour tokens by the probability that the model gave them",
        ),
        Binding(
            "p",
            "toggle_prompt",
            "Prompt",
            id="generation.prompt",
            tooltip="Show the prompt as the model got it, or the text",
            show=False,
        ),
        Binding(
            "v",
            "toggle_raw",
            "Raw",
            id="generation.raw",
            tooltip="Show or hide control tokens, such as the end of a turn",
            show=False,
        ),
        Binding(
            "left",
            "choose(-1)",
            "Token before",
            id="generation.left",
            tooltip="Choose the token before: its probability and its alternatives",
            show=False,
        ),
        Binding(
            "right",
            "choose(1)",
            "Next token",
            id="generation.right",
            tooltip="Choose the next token",
            show=False,
        ),
        Binding(
            "escape",
            "leave_token",
            "Leave the token",
            id="generation.leave",
            tooltip="Choose no token any more",
            show=False,
        ),
    ]
    DEFAULT_CSS = """
    GenerationPanel {
        & > Horizontal { height: 1; padding: 0 1; }
        & #generation-summary { width: 1fr; height: 1; color: $foreground 60%; }
        & Button { display: none; min-width: 10; width: 10; }
        &.-writing Button { display: block; }
        & > Passages { height: 1fr; }
        & > Passages > Vertical { height: auto; min-height: 100%; }
        & #generation-gone { display: none; padding: 0 1; color: $foreground 55%; }
        &.-gone #generation-gone { display: block; }
        & > #generation-token { height: auto; max-height: 7; padding: 0 1; display: none; }
        &.-filled.-token > #generation-token { display: block; }
        &.-filled > AskForm { display: none; }
        &.-filled.-asking > AskForm { display: block; }
    }
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self.clock = clock
        self.passages: list[Passage] = []
        self.evaluation: EvaluationStarted | None = None
        self.read: Passage | None = None
        """The passage that has a chosen token."""
        self.look = Look()
        self.gone = 0
        self.conversation: list[Message] = []
        self.asked: EvaluateSource | None = None
        """The last question, as it was put."""
        self.models = ""

    def contents(self) -> ComposeResult:
        """A summary and the stop button above the text."""
        with Horizontal():
            yield Static(id="generation-summary", markup=False)
            stop = Button("Stop (x)", variant="error", compact=True, tooltip="Stop the generation")
            stop.can_focus = False
            yield stop
        with Passages(), Vertical():
            yield Static(id="generation-gone", markup=False)
        yield Static(id="generation-token", markup=False)
        yield AskForm()

    def on_mount(self) -> None:
        """Follow the end."""
        self.query_one(Passages).anchor()

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

    @property
    def kept_characters(self) -> int:
        """How long the texts are together."""
        return sum(passage.kept_characters for passage in self.passages)

    def turn(self, event: Happening, now: float) -> None:
        """Begin or end a passage."""
        writing = self.writing
        if isinstance(event, EvaluationStarted):
            self.evaluation = event
        elif isinstance(event, VariablesChanged):
            models = [one.name for one in event.variables if one.kind == MODEL_KIND]
            self.query_one(AskForm).offer(models)
        elif isinstance(event, GenerationStarted):
            if writing:
                writing.finish("interrupted")
            self.begin(event, now)
        elif writing and isinstance(event, GenerationFinished):
            writing.finish(REASONS.get(event.reason, event.reason), event.seconds)
            self.remember_answer(writing.text)
        else:
            if writing:
                writing.finish("failed" if isinstance(event, EvaluationFailed) else "interrupted")
            self.give_up_question(event)

    def begin(self, started: GenerationStarted, now: float) -> None:
        """A separator, a new passage, and the oldest one goes where there are too many."""
        if self.passages:
            self.passages[-1].pass_by()
        self.action_leave_token()
        while len(self.passages) >= KEPT or self.kept_characters > KEPT_CHARACTERS:
            self.passages.pop(0).remove()
            self.gone += 1
            told = f"… {counted(self.gone, 'earlier text')}, kept no more …"
            self.query_one("#generation-gone", Static).update(told)
            self.add_class("-gone")
        passage = Passage(started, now, self.evaluation)
        passage.look = self.look
        self.passages.append(passage)
        self.query_one("Passages > Vertical").mount(passage)
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
            self.tell_odds(self.read or self.passages[-1])

    def tell_odds(self, passage: Passage) -> None:
        """The chosen token and its alternatives, or what the colours mean."""
        below = self.query_one("#generation-token", Static)
        if passage.chosen is not None:
            below.update(passage.odds(max(8, self.size.width - 2)))
        elif self.look.coloured:
            below.update(level_legend())
        shown = (passage.chosen is not None or self.look.coloured) and not self.look.prompt
        self.set_class(shown, "-token")

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

    def action_repeat(self) -> None:
        """Ask the app to evaluate again what the newest passage came from.

        Another answer to the last question takes the place of the one before.
        """
        evaluation = self.passages[-1].evaluation if self.passages else None
        if evaluation is None or self.writing:
            return
        name = titled(evaluation)
        if self.asked is not None and self.asked.source == evaluation.source:
            name = self.asked.note
            if self.conversation and self.conversation[-1].role == "assistant":
                self.conversation.pop()
        self.post_message(EvaluateSource(evaluation.source, evaluation.origin, f"again: {name}"))

    def action_toggle_coloured(self) -> None:
        """Show or hide how probable the tokens were."""
        self.change_look(replace(self.look, coloured=not self.look.coloured))

    def action_toggle_prompt(self) -> None:
        """Show the prompts as the models got them, or the texts."""
        self.change_look(replace(self.look, prompt=not self.look.prompt))

    def action_toggle_raw(self) -> None:
        """Show or hide control tokens."""
        self.change_look(replace(self.look, raw=not self.look.raw))

    def change_look(self, look: Look) -> None:
        """Show all passages in another way."""
        self.look = look
        for passage in self.passages:
            passage.appear(look)
        self.summarise()

    def action_choose(self, step: int) -> None:
        """Choose a token of the newest passage and bring it into view."""
        if not self.passages or self.look.prompt:
            return
        self.read = passage = self.read or self.passages[-1]
        passage.choose(step)
        self.summarise()
        self.call_after_refresh(self.show_chosen, passage)

    def show_chosen(self, passage: Passage) -> None:
        """Scroll to the chosen token where it is out of view."""
        scroll = self.query_one(Passages)
        row = passage.virtual_region.y + passage.row_of_chosen()
        if not scroll.scroll_y <= row < scroll.scroll_y + scroll.size.height:
            scroll.scroll_to(y=row - scroll.size.height // 2, animate=False)

    def action_leave_token(self) -> None:
        """Choose no token any more."""
        if self.read is not None:
            self.read.leave()
            self.read = None
            self.summarise()

    @on(Passage.TokenClicked)
    def choose_clicked(self, message: Passage.TokenClicked) -> None:
        """Choose the token, in whichever of the passages it is."""
        message.stop()
        if self.read not in (None, message.passage):
            self.action_leave_token()
        self.read = message.passage
        message.passage.choose_at(message.place)
        self.summarise()

    def action_ask(self) -> None:
        """Let a question be typed."""
        self.filled = True
        self.add_class("-asking")
        self.call_after_refresh(self.query_one(AskForm).begin)

    @on(AskForm.Left)
    def leave_form(self, message: AskForm.Left) -> None:
        """Back to the text."""
        message.stop()
        self.remove_class("-asking")
        self.query_one(Passages).focus()

    @on(AskForm.Asked)
    def ask(self, message: AskForm.Asked) -> None:
        """Have the question answered, in the light of those before it."""
        message.stop()
        if self.waiting or self.writing:
            self.notify("The model still answers.")
            return
        self.conversation.append(Message("user", message.question))
        self.query_one(AskForm).clear()
        system = [Message("system", message.system)] if message.system else []
        source = question_program(message.model, system + self.conversation, message.settings)
        note = f"ask {message.model}: {single_line(message.question)}"
        self.asked = EvaluateSource(source, ORIGIN, note)
        self.post_message(self.asked)

    @property
    def waiting(self) -> bool:
        """Whether a question has no answer yet."""
        return bool(self.conversation) and self.conversation[-1].role == "user"

    @property
    def chatting(self) -> bool:
        """Whether what is evaluated now is the question."""
        return self.waiting and self.evaluation is not None and self.evaluation.origin == ORIGIN

    def remember_answer(self, text: str) -> None:
        """The model answered the question that it was asked."""
        if self.chatting:
            self.conversation.append(Message("assistant", text.strip()))

    def give_up_question(self, event: Happening) -> None:
        """A question that could not be answered is no part of the conversation.

        An interrupt and a new evaluator also drop what was not begun.
        """
        if not self.waiting:
            return
        if not isinstance(event, EvaluationFailed):
            self.conversation.pop()
        elif self.chatting:
            self.conversation.pop()
            self.notify(event.error.message, severity="error", markup=False)

    def action_new_conversation(self) -> None:
        """Forget what was asked before."""
        if not self.waiting:
            self.conversation.clear()
            self.notify("The next question begins a new conversation.")

    @work(exclusive=True, group="models")
    async def action_open_model(self) -> None:
        """Find models on another thread, let one and a way be chosen, load it into the variable."""
        setting = self.models
        search = self.run_worker(lambda: find_models(model_folders(setting)), thread=True)
        found = await search.wait()
        if not found:
            self.notify(f"No model was found in {setting or 'any folder'}.", markup=False)
            return
        lines = [model_line(model) for model in found]
        place = await self.app.push_screen_wait(Pick("Models", lines, "choose"))
        if place is None:
            return
        path = found[place].path
        ways = ways_to_load(path)
        lines = [Content.assemble(f"{way.name:12}", (way.use, "$text-muted")) for way in ways]
        place = await self.app.push_screen_wait(Pick(f"Load {path.name}", lines, "load"))
        if place is None:
            return
        named = self.query_one(AskForm).model
        variable = named if is_name(named) else "model"
        source = f"(setq {variable} {ways[place].program})"
        self.post_message(EvaluateSource(source, ORIGIN, f"load {path.name}"))
        self.action_ask()
