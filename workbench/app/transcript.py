"""The REPL's transcript: a long text of which only the visible lines are drawn.

Lines keep their text and the roles that colour it. Text is drawn verbatim: nothing in it is read
as markup or as a terminal's control code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from workbench.app.drawable import drawable, without_escapes
from workbench.app.highlight import Span, Vocabulary, spans, syntax_styles
from workbench.app.scanner import scan
from workbench.app.transcript_lines import (
    MAX_LINE,
    Line,
    LineStore,
    TranscriptLine,
    clean,
    printed,
    text_of,
)
from workbench.runtime.protocol import ErrorView, Stream, ValueView

MAX_LINES = 100_000
MAX_BURST = 4_000
MAX_LEFT_OUT = 2_000_000  # characters
MAX_SHORTENED = 4
MAX_FRAMES = 8
MANY = 20_000
"""Lines that are wrapped anew only when the width has stayed the same for a while."""

PAUSE = 0.1
_PROMPT, _CONTINUATION, _RESULT = "λ ", "· ", "=> "


class Transcript(ScrollView, can_focus=True):
    """What was typed, printed and answered, oldest first."""

    ALLOW_SELECT = True
    ABOUT: ClassVar[tuple[str, str]] = (
        "Transcript",
        "What was typed, printed and answered. It follows what is new while its end is in sight. "
        "Text is selected with the mouse; lines that were left out appear when their note is "
        "clicked. What is typed here goes to the prompt.",
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"transcript--{role}"
        for role in ("output", "error", "message", "value", "note", "prompt", "place", "caret")
    }
    DEFAULT_CSS = """
    Transcript {
        height: 1fr;
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        padding: 0 1;
        & > .transcript--output { color: $foreground; }
        & > .transcript--error { color: $warning; }
        & > .transcript--message { color: $error; text-style: bold; }
        & > .transcript--caret { color: $error; }
        & > .transcript--place { color: $text-muted; }
        & > .transcript--value { color: $success; }
        & > .transcript--note { color: $text-muted; text-style: italic; }
        & > .transcript--prompt { color: $accent; text-style: bold; }
    }
    """

    def __init__(self, vocabulary: Vocabulary, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.vocabulary = vocabulary
        self.most_lines = MAX_LINES
        self._store = LineStore()
        self._rewrap: Timer | None = None
        self._open: tuple[Stream, str] | None = None
        self._shortened: deque[TranscriptLine] = deque()
        self._role_styles: dict[str, Style] = {}

    @property
    def allow_select(self) -> bool:
        """Text can be selected and copied."""
        return True

    @property
    def text(self) -> str:
        """Everything, as plain text."""
        return "\n".join(map(text_of, self._store.lines))

    def echo(self, source: str) -> list[TranscriptLine]:
        """Show what was submitted, in colour, as these lines."""
        written = source.split("\n")
        fresh: list[TranscriptLine] = []
        for number, line in enumerate(scan("\n".join(map(drawable, written))).lines):
            mark = _CONTINUATION if number else _PROMPT
            shift = len(mark)
            coloured = [Span(0, shift, "prompt")]
            coloured += [
                Span(span.start + shift, span.end + shift, f"syntax-{span.role}")
                for span in spans(line, self.vocabulary)
            ]
            fresh.append(
                TranscriptLine(mark + line.text, "output", tuple(coloured), source=written[number])
            )
        self._append(fresh)
        return fresh

    def write(self, text: str, stream: Stream = "output") -> None:
        """Show printed text; a line that was not ended goes on with the next text."""
        text = without_escapes(text).replace("\r\n", "\n")
        if not text:
            return
        if self._open and self._open[0] == stream:
            text = self._open[1] + text
            self._store.drop_last()
        body = text.removesuffix("\n")
        left_out = body.count("\n") + 1 - MAX_BURST
        if left_out > 0:
            *head, rest = body.split("\n", MAX_BURST // 2)
            middle, *tail = rest.rsplit("\n", MAX_BURST // 2)
            note = self._left_out(middle, left_out, stream)
            self._append([*printed(head, stream), note, *printed(tail, stream)])
        else:
            self._append(printed(body.split("\n"), stream))
        unfinished = text[text.rfind("\n") + 1 :]
        self._open = (stream, unfinished[-MAX_LINE:]) if unfinished else None

    def value(self, view: ValueView) -> None:
        """Show the value of an evaluation."""
        fresh: list[Line] = []
        pieces = view.text.split("\n")
        if view.truncated:
            pieces[-1] = pieces[-1][:MAX_LINE]  # how much more there is, nobody knows
        for number, piece in enumerate(pieces):
            mark = _RESULT if number == 0 else " " * len(_RESULT)
            span = Span(0, len(_RESULT), "note")
            fresh.append(TranscriptLine(mark + clean(piece), "value", (span,)))
        if view.truncated:
            fresh.append(TranscriptLine("   … the value goes on", "note"))
        self._append(fresh)

    def error(self, error: ErrorView) -> None:
        """Show an error: its sentence, its place, the source line with the place marked."""
        fresh: list[Line] = [
            TranscriptLine(clean(line), "message") for line in error.message.split("\n")
        ]
        if error.line:
            place = f"{clean(error.origin)}:{error.line}:{error.column}"
            fresh.append(TranscriptLine(f"  --> {place}", "place"))
        if error.source_line and error.column:
            source, blank = error.source_line, error.column - 1
            reaches = error.end_column if error.end_line == error.line else len(source) + 1
            carets = max(1, cell_len(drawable(source[blank : max(reaches - 1, 0)])))
            fresh.append(TranscriptLine("  " + clean(source), "output"))
            indent = " " * cell_len(clean(source[:blank]))
            fresh.append(TranscriptLine(f"  {indent}{'^' * carets}", "caret"))
        if error.hint:
            fresh += [TranscriptLine(f"  {clean(line)}", "note") for line in error.hint.split("\n")]
        for frame in error.frames[:MAX_FRAMES] if len(error.frames) > 1 else ():
            place = f", {frame.origin}:{frame.line}:{frame.column}" if frame.line else ""
            fresh.append(TranscriptLine(clean(f"  in {frame.name}{place}"), "place"))
        self._append(fresh)

    def show_all(self, line: TranscriptLine | None = None) -> bool:
        """Put the lines that were left out in the place of the note, by default of the newest.

        Answers whether there were any.
        """
        lines = self._store.lines
        for chosen in [line] if line else reversed(self._shortened):
            place = next((number for number, one in enumerate(lines) if one is chosen), None)
            if place is not None and chosen.left_out is not None:
                break
        else:
            return False
        fresh = printed(chosen.left_out.split("\n"), chosen.stream)
        if chosen.lost:
            fresh.append(TranscriptLine(f"… {chosen.lost:,} lines are lost …", "note"))
        chosen.left_out = None
        self._store.replace(place, fresh)
        self._measure()
        self.scroll_to(y=self._store.row_of(place), animate=False)
        return True

    def as_program(self) -> str:
        """What was submitted and went well as source, everything else as comments."""
        return "".join(map(_as_source, self._store.lines))

    def note(self, text: str) -> None:
        """Say something about the session itself."""
        self._append([TranscriptLine(clean(line), "note") for line in text.split("\n")])

    def follow(self) -> None:
        """Show the end, and from then on what is new."""
        self.scroll_end(animate=False, immediate=True, x_axis=False)

    def clear(self) -> None:
        """Forget every line."""
        self._store.clear()
        self._shortened.clear()
        self._open = None
        self._measure()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, without the breaks that wrapping made."""
        return (selection.extract(self.text), "\n") if self._store.lines else None

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget the styles of an old theme."""
        self._role_styles = {}
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        """Show what was left out where its note is clicked."""
        row = int(event.y) + self.scroll_offset.y
        if row < self._store.rows:
            line = self._store.lines[self._store.index_at(row)]
            if isinstance(line, TranscriptLine) and line.left_out is not None:
                self.show_all(line)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap every line anew when the width has changed."""
        if self.scrollable_content_region.width == self._store.width:
            return
        if self._rewrap is not None:
            self._rewrap.reset()
        elif len(self._store.lines) < MANY:
            self._wrap_anew()
        else:  # a border that is drawn along changes the width many times
            self._rewrap = self.set_timer(PAUSE, self._wrap_anew)

    def _wrap_anew(self) -> None:
        self._rewrap = None
        at_end = self.is_vertical_scroll_end
        self._store.wrap(self.scrollable_content_region.width)
        self._measure()
        if at_end:
            self.scroll_end(animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """The row ``y`` of the visible part."""
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y
        if row >= self._store.rows:
            return Strip.blank(width, self.rich_style)
        index = self._store.index_at(row)
        start, end = self._store.section(row)
        text = self._styled(index)[start:end]
        strip = Strip(text.render(self.app.console), text.cell_len)
        return strip.extend_cell_length(width, self.rich_style).apply_offsets(start, index)

    def _styled(self, index: int) -> Text:
        styles = self._role_styles or self._read_styles()
        line = self._store.lines[index]
        text = Text(text_of(line), end="", no_wrap=True)
        if isinstance(line, str):
            text.stylize(styles["output"])
        else:
            text.stylize(styles[line.role])
            for start, end, role in line.spans:
                text.stylize(styles[role], start, end)
        selection = self.text_selection
        if selection is not None and (selected := selection.get_span(index)) is not None:
            start, end = selected
            text.stylize(
                self.screen.get_component_rich_style("screen--selection"),
                start,
                len(text) if end == -1 else end,
            )
        return text

    def _read_styles(self) -> dict[str, Style]:
        base = self.rich_style
        self._role_styles = {
            name.removeprefix("transcript--"): self.get_component_rich_style(name)
            for name in self.COMPONENT_CLASSES
        }
        for role, style in syntax_styles(self.app.theme_variables).items():
            self._role_styles[f"syntax-{role}"] = base + style
        return self._role_styles

    def _append(self, fresh: Sequence[Line]) -> None:
        """Add whole lines; the view follows if it stood at the end, else the text stands still."""
        follows = self.is_vertical_scroll_end
        store = self._store
        self._open = None
        store.extend(fresh)
        gone = 0
        if len(store.lines) > self.most_lines:
            gone = store.forget(len(store.lines) - self.most_lines * 9 // 10)
        # Setting the size would lay out the whole screen, twenty times a second.
        self.set_reactive(Transcript.virtual_size, Size(store.width, store.rows))
        self.vertical_scrollbar.window_virtual_size = store.rows
        if follows:
            self.scroll_end(animate=False, immediate=True, x_axis=False)
        elif gone:
            self.scroll_to(y=max(0, self.scroll_offset.y - gone), animate=False)
        self.refresh()

    def _left_out(self, text: str, count: int, stream: Stream) -> TranscriptLine:
        """The note in the place of ``count`` lines, which it keeps if they are not too long."""
        kept = text
        if len(text) > MAX_LEFT_OUT:
            end = text.rfind("\n", 0, MAX_LEFT_OUT)
            kept = text[: end if end > 0 else MAX_LEFT_OUT]
        lost = count - kept.count("\n") - 1
        told = f"… {count:,} lines left out: click to see …"
        note = TranscriptLine(told, "note", left_out=kept, stream=stream, lost=lost)
        self._shortened.append(note)
        if len(self._shortened) > MAX_SHORTENED:
            self._shortened.popleft().left_out = None
        return note

    def _measure(self) -> None:
        """Scroll over as many rows as there are now."""
        self.virtual_size = Size(self._store.width, self._store.rows)
        self.refresh()


def _as_source(line: Line) -> str:
    """A line of a program: what was submitted, anything else as a comment."""
    if isinstance(line, TranscriptLine) and line.source is not None:
        return f"{line.source}\n"
    return f"; {text_of(line)}".rstrip() + "\n"
