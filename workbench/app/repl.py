"""The REPL: a transcript and the prompt below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from workbench.app import structure
from workbench.app.code_area import CodeArea
from workbench.app.drawable import single_line
from workbench.app.highlight import Vocabulary
from workbench.app.history import History
from workbench.app.key_events import is_text
from workbench.app.layout import DragEdge
from workbench.app.shell_line import shell_command
from workbench.app.transcript import Transcript
from workbench.app.transcript_lines import TranscriptLine
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    Event,
    InputRequested,
    OutputWritten,
    RequestId,
    SessionRestarted,
)


class Prompt(CodeArea):
    """Where expressions are typed: Enter submits what is complete and indents what is not.

    While a program reads a line, Enter answers it instead; the draft comes back afterwards.
    """

    ABOUT: ClassVar[tuple[str, str]] = (
        "Prompt",
        "Enter evaluates when all brackets are closed, and otherwise opens another line. Older "
        "entries come back that begin as the text before the cursor. F1 on a name explains it, tab "
        "completes it.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+j",
            "new_line",
            "New line",
            id="prompt.newline",
            tooltip="Break the line without submitting",
            show=False,
        ),
        Binding(
            "ctrl+d",
            "end_input",
            "End input",
            id="prompt.end-input",
            tooltip="Tell a program that reads a line that there is none",
            show=False,
        ),
        Binding(
            "pageup",
            "page(-1)",
            "Earlier page",
            id="prompt.earlier-page",
            tooltip="Show what stands higher in the transcript",
            show=False,
        ),
        Binding(
            "pagedown",
            "page(1)",
            "Later page",
            id="prompt.later-page",
            tooltip="Show what stands lower in the transcript",
            show=False,
        ),
        Binding(
            "up",
            "older",
            "Older entry",
            id="prompt.older",
            tooltip="Bring back what was submitted before, by what is typed already",
            show=False,
        ),
        Binding(
            "ctrl+r",
            "search_history",
            "Search history",
            id="prompt.search-history",
            tooltip="Find what was submitted before by any part of it",
            show=False,
        ),
        Binding(
            "down",
            "newer",
            "Newer entry",
            id="prompt.newer",
            tooltip="Go on to what was submitted later",
            show=False,
        ),
    ]

    @dataclass
    class Submitted(Message):
        """A whole number of forms was entered."""

        source: str

    @dataclass
    class HistoryWanted(Message):
        """The reader wants to search what was submitted."""

    @dataclass
    class Paged(Message):
        """The reader wants to see earlier (-1) or later (1) pages of the transcript."""

        direction: int

    @dataclass
    class Answered(Message):
        """A line for the program that reads one; ``None`` ends its input."""

        text: str | None

    def __init__(self, vocabulary: Vocabulary, history: History, *, id: str | None = None) -> None:
        super().__init__(vocabulary=vocabulary, id=id, compact=True, highlight_cursor_line=False)
        self.entries = history
        self.reading = False
        self.shell_lines = False
        """Whether a line that begins with ! is for the system's shell."""
        self._draft = ""
        self._draft_place = (0, 0)

    def begin_input(self) -> None:
        """Turn into an input line; the draft waits."""
        if not self.reading:
            self._draft, self._draft_place = self.text, self.cursor_location
            self.reading = True
            self.text = ""
            self.tab_behavior = "focus"

    def end_input(self) -> None:
        """Bring the draft back."""
        if self.reading:
            self.reading = False
            self.text = self._draft
            self.tab_behavior = "indent"
            self.move_cursor(self._draft_place)

    @property
    def closes_brackets(self) -> bool:
        """Brackets in a line for a program are text."""
        return self.auto_close and not self.reading

    def new_line(self) -> None:
        """Submit, answer, or open another line: inside brackets that have closed themselves too."""
        if self.reading:
            self.post_message(self.Answered(self.text))
            return
        rest = self._rest
        at_end = not rest or (self.document.line_count == 1 and not self._only_given(rest))
        for_shell = self.shell_lines and shell_command(self.text) is not None
        if for_shell or (structure.is_complete(self.scanner) and at_end):
            self.submit()
        else:
            self.action_new_line()

    @property
    def _rest(self) -> str:
        """What stands behind the cursor."""
        return self.document.get_text_range(self.cursor_location, self.document.end).strip()

    def _only_given(self, rest: str) -> bool:
        """Whether ``rest`` is nothing but brackets that have closed themselves."""
        return rest.strip(")]}") == "" and 0 < len(rest) <= self.closers_given

    def action_delete_to_start_of_line(self) -> None:
        """Delete back to the start of the line, and the brackets that came by themselves."""
        if self.document.line_count == 1 and self._only_given(self._rest):
            self.change("", (0, 0), self.document.end)
        else:
            super().action_delete_to_start_of_line()

    def action_new_line(self) -> None:
        """Break the line at the cursor and indent what follows."""
        if not self.reading:
            super().new_line()

    def draft(self, source: str) -> None:
        """Let ``source`` be edited here; an undo brings back what stood here before."""
        if self.reading:
            self.app.bell()
        else:
            self.change(source, (0, 0), self.document.end)
            self.focus()

    def submit(self) -> None:
        """Submit what is there, complete or not; nothing if it is blank."""
        source = self.text
        if source.strip() and not self.reading:
            self.entries.add(source)
            self.text = ""
            self.post_message(self.Submitted(source))

    def action_end_input(self) -> None:
        """End the input of a program; elsewhere delete to the right."""
        if self.reading:
            self.post_message(self.Answered(None))
        else:
            self.action_delete_right()

    def action_page(self, direction: int) -> None:
        """Scroll the transcript."""
        self.post_message(self.Paged(direction))

    def action_older(self) -> None:
        """Go up a line, from the first one to the next older entry."""
        if not self.cursor_at_first_line or self.reading:
            self.action_cursor_up()
            return
        prefix = self.document.get_text_range((0, 0), self.cursor_location)
        self._show(self.entries.older(self.text, prefix))

    def action_search_history(self) -> None:
        """Ask for a list of what was submitted."""
        if not self.reading:
            self.post_message(self.HistoryWanted())

    def recall(self, entry: str) -> None:
        """Put an entry of the history at the prompt."""
        self._show(entry)
        self.focus()

    def action_newer(self) -> None:
        """Go down a line, from the last one to the next newer entry."""
        if not self.cursor_at_last_line or self.entries.shown is None:
            self.action_cursor_down()
            return
        self._show(self.entries.newer())

    def on_text_area_changed(self) -> None:
        """An entry that is edited is a draft of its own."""
        if self.entries.shown not in (None, self.text):
            self.entries.rest()

    def _show(self, entry: str | None) -> None:
        if entry is not None:
            self.text = entry
            self.move_cursor(self.document.end)


class Repl(DragEdge, Vertical):
    """Transcript above, prompt below."""

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    Repl {
        background: $surface;
        & #prompt-line {
            height: auto;
            background: $surface;
            padding: 0 0 0 1;
        }
        & #prompt-mark {
            width: auto;
            max-width: 50%;
            height: 1;
            color: $accent;
            text-style: bold;
        }
        & #prompt-mark.-reading {
            background: $accent;
            color: $background;
            margin-right: 1;
        }
        & Prompt {
            width: 1fr;
            height: auto;
            min-height: 1;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
    }
    """

    edge = "top"
    before = "editor"

    def __init__(self, vocabulary: Vocabulary, history: History, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript = Transcript(vocabulary, id="transcript")
        self.prompt = Prompt(vocabulary, history, id="prompt")
        self.mark = Static("λ ", id="prompt-mark", markup=False)
        self.request: RequestId | None = None
        self._question = ""
        self._submitted: list[TranscriptLine] = []
        self._evaluated: dict[EvaluationId, list[TranscriptLine]] = {}

    def compose(self) -> ComposeResult:
        """The transcript, and the mark before the prompt."""
        yield self.transcript
        with Horizontal(id="prompt-line"):
            yield self.mark
            yield self.prompt

    @on(Prompt.Paged)
    def _page(self, message: Prompt.Paged) -> None:
        if message.direction < 0:
            self.transcript.scroll_page_up(animate=False)
        else:
            self.transcript.scroll_page_down(animate=False)

    def on_resize(self) -> None:
        """Half of the height is for the prompt, which scrolls when it has more lines."""
        self.prompt.styles.max_height = max(1, self.size.height // 2)

    def on_key(self, event: events.Key) -> None:
        """What is typed over the transcript goes to the prompt."""
        if self.transcript.has_focus and is_text(event) and event.character:
            event.stop()
            self.prompt.focus()
            self.prompt.insert(event.character)

    def echo(self, source: str, *, program: bool = True) -> None:
        """Show what was submitted; a command of the system is no part of a saved program."""
        self._submitted = self.transcript.echo(source)
        if not program:
            _turn_into_comments(self._submitted)

    def began(self, evaluation: EvaluationId) -> None:
        """What was shown last is evaluated."""
        self._evaluated[evaluation], self._submitted = self._submitted, []

    def receive(self, event: Event) -> None:
        """Show what an event says to a reader of the transcript."""
        match event:
            case OutputWritten(text, stream):
                self.transcript.write(text, stream)
            case EvaluationFinished(evaluation, view, _):
                self._evaluated.pop(evaluation, None)
                if view is not None and view.text:
                    self.transcript.value(view)
            case EvaluationFailed(evaluation, error, _):
                self._end_reading()
                _turn_into_comments(self._evaluated.pop(evaluation, []))
                self.transcript.error(error)
            case EvaluationInterrupted(evaluation):
                self._end_reading()
                _turn_into_comments(self._evaluated.pop(evaluation, []))
                self.transcript.note("interrupted")
            case InputRequested(request, prompt):
                self._begin_reading(request, prompt)
            case SessionRestarted(reason):
                self._end_reading()
                for lines in self._evaluated.values():
                    _turn_into_comments(lines)
                self._evaluated.clear()
                self.transcript.note(f"{reason} Definitions and variables are gone.")

    def answered(self, text: str | None) -> RequestId | None:
        """Note question and answer; gives the request that it was for."""
        request = self.request
        answer = "(end of input)" if text is None else text
        self.transcript.write(f"{self._question}{answer}\n")
        self.transcript.follow()
        self._end_reading()
        return request

    def _begin_reading(self, request: RequestId, prompt: str) -> None:
        self.request = request
        self._question = prompt
        label = single_line(prompt.strip()) or "input"
        self.mark.update(Content(f" {label} "))
        self.mark.add_class("-reading")
        self.prompt.begin_input()
        self.prompt.focus()

    def _end_reading(self) -> None:
        self.request = None
        self.mark.update(Content("λ "))
        self.mark.remove_class("-reading")
        self.prompt.end_input()


def _turn_into_comments(lines: list[TranscriptLine]) -> None:
    """What failed would end a saved program there."""
    for line in lines:
        line.source = None
