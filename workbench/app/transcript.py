"""The REPL's transcript: a long text of which only the visible lines are drawn.

Lines keep their text and the roles that colour it. A line wider than the pane takes several rows;
which row begins which line is kept as one sorted list, so that a hundred thousand lines scroll as
ten do. Text is drawn verbatim: nothing in it is read as markup or as a terminal's control code.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
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

from workbench.app.drawable import drawable, takes_cell_each, without_escapes
from workbench.app.highlight import Span, Vocabulary, spans, syntax_styles
from workbench.app.scanner import scan
from workbench.runtime.protocol import ErrorView, Stream, ValueView

MAX_LINES = 100_000
MAX_LINE = 10_000
MAX_BURST = 4_000
MAX_LEFT_OUT = 50_000
MAX_SHORTENED = 4
MAX_FRAMES = 8
MANY = 20_000
"""Lines that are wrapped anew only when the width has stayed the same for a while."""

PAUSE = 0.1
_PROMPT, _CONTINUATION, _RESULT = "λ ", "· ", "=> "


@dataclass(slots=True)
class TranscriptLine:
    """One line: its text, its role, and stretches that are coloured otherwise.

    A note that tells of lines which were left out has them in ``left_out``. A line that was
    submitted has it as it was, not as it is drawn, in ``source``.
    """

    text: str
    role: str
    spans: tuple[Span, ...] = ()
    left_out: Sequence[TranscriptLine] = ()
    source: str | None = None


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
        self.lines: list[TranscriptLine] = []
        self._first_rows: list[int] = []
        self._rows = 0
        self._width = 0
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
        return "\n".join(line.text for line in self.lines)

    def echo(self, source: str) -> None:
        """Show what was submitted, in colour."""
        written = source.split("\n")
        fresh = []
        for number, line in enumerate(scan("\n".join(map(drawable, written))).lines):
            mark = _CONTINUATION if number else _PROMPT
            shift = len(mark)
            coloured = [Span(0, shift, "prompt")]
            coloured += [
                Span(span.start + shift, span.end + shift, f"syntax-{span.role}")
                for span in spans(line, self.vocabulary)
            ]
            fresh.append(
                TranscriptLine(mark + line.text, "output", tuple(coloured), (), written[number])
            )
        self._append(fresh)

    def write(self, text: str, stream: Stream = "output") -> None:
        """Show printed text; a line that was not ended goes on with the next text."""
        text = without_escapes(text).replace("\r\n", "\n")
        if self._open and self._open[0] == stream and text:
            text = self._open[1] + text
            self._drop_last()
        pieces = text.split("\n")
        unfinished = pieces[-1]
        if not unfinished:
            pieces.pop()
        left_out = len(pieces) - MAX_BURST
        if left_out > 0:
            half = MAX_BURST // 2
            fresh = [TranscriptLine(_clean(piece), stream) for piece in pieces[:half]]
            fresh.append(self._left_out(pieces[half:-half], stream))
            fresh += [TranscriptLine(_clean(piece), stream) for piece in pieces[-half:]]
        else:
            fresh = [TranscriptLine(_clean(piece), stream) for piece in pieces]
        self._append(fresh)
        self._open = (stream, unfinished[-MAX_LINE:]) if unfinished else None

    def value(self, view: ValueView) -> None:
        """Show the value of an evaluation."""
        fresh = []
        for number, piece in enumerate(view.text.split("\n")):
            mark = _RESULT if number == 0 else " " * len(_RESULT)
            span = Span(0, len(_RESULT), "note")
            fresh.append(TranscriptLine(mark + _clean(piece), "value", (span,)))
        if view.truncated:
            fresh.append(TranscriptLine("   … the value goes on", "note"))
        self._append(fresh)

    def error(self, error: ErrorView) -> None:
        """Show an error: its sentence, its place, the source line with the place marked."""
        fresh = [TranscriptLine(_clean(line), "message") for line in error.message.split("\n")]
        if error.line:
            place = f"{_clean(error.origin)}:{error.line}:{error.column}"
            fresh.append(TranscriptLine(f"  --> {place}", "place"))
        if error.source_line and error.column:
            source, blank = error.source_line, error.column - 1
            reaches = error.end_column if error.end_line == error.line else len(source) + 1
            carets = max(1, cell_len(drawable(source[blank : max(reaches - 1, 0)])))
            fresh.append(TranscriptLine("  " + _clean(source), "output"))
            indent = " " * cell_len(_clean(source[:blank]))
            fresh.append(TranscriptLine(f"  {indent}{'^' * carets}", "caret"))
        if error.hint:
            fresh += [
                TranscriptLine(f"  {_clean(line)}", "note") for line in error.hint.split("\n")
            ]
        for frame in error.frames[:MAX_FRAMES] if len(error.frames) > 1 else ():
            place = f", {frame.origin}:{frame.line}:{frame.column}" if frame.line else ""
            fresh.append(TranscriptLine(_clean(f"  in {frame.name}{place}"), "place"))
        self._append(fresh)

    def show_all(self, line: TranscriptLine | None = None) -> bool:
        """Put the lines that were left out in the place of the note, by default of the newest.

        Answers whether there were any.
        """
        chosen = line or next((one for one in reversed(self._shortened) if one.left_out), None)
        if chosen is None or not chosen.left_out:
            return False
        place = next(number for number, one in enumerate(self.lines) if one is chosen)
        self.lines[place : place + 1] = chosen.left_out
        chosen.left_out = ()
        self._wrap_all()
        self.scroll_to(y=self._first_rows[place], animate=False)
        return True

    def as_program(self) -> str:
        """What was submitted as source, everything else as comments."""
        return "".join(
            f"; {line.text}".rstrip() + "\n" if line.source is None else f"{line.source}\n"
            for line in self.lines
        )

    def note(self, text: str) -> None:
        """Say something about the session itself."""
        self._append([TranscriptLine(_clean(line), "note") for line in text.split("\n")])

    def clear(self) -> None:
        """Forget every line."""
        self.lines.clear()
        self._shortened.clear()
        self._open = None
        self._wrap_all()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, without the breaks that wrapping made."""
        return (selection.extract(self.text), "\n") if self.lines else None

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
        if row < self._rows:
            line = self.lines[bisect_right(self._first_rows, row) - 1]
            if line.left_out:
                self.show_all(line)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap every line anew when the width has changed."""
        if self.scrollable_content_region.width == self._width:
            return
        if self._rewrap is not None:
            self._rewrap.reset()
        elif len(self.lines) < MANY:
            self._wrap_anew()
        else:  # a border that is drawn along changes the width many times
            self._rewrap = self.set_timer(PAUSE, self._wrap_anew)

    def _wrap_anew(self) -> None:
        self._rewrap = None
        at_end = self.is_vertical_scroll_end
        self._wrap_all()
        if at_end:
            self.scroll_end(animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """The row ``y`` of the visible part."""
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y
        if row >= self._rows:
            return Strip.blank(width, self.rich_style)
        index = bisect_right(self._first_rows, row) - 1
        line = self.lines[index]
        start, end = self._sections(line.text)[row - self._first_rows[index]]
        text = self._styled(index)[start:end]
        strip = Strip(text.render(self.app.console), text.cell_len)
        return strip.extend_cell_length(width, self.rich_style).apply_offsets(start, index)

    def _styled(self, index: int) -> Text:
        styles = self._role_styles or self._read_styles()
        line = self.lines[index]
        text = Text(line.text, end="", no_wrap=True)
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

    def _append(self, fresh: Sequence[TranscriptLine]) -> None:
        """Add whole lines; the view follows only if it stood at the end."""
        follows = self.is_vertical_scroll_end
        self._open = None
        self.lines.extend(fresh)
        self._place(fresh)
        if len(self.lines) > self.most_lines:
            self._forget(len(self.lines) - self.most_lines * 9 // 10)
        self.virtual_size = Size(self._width, self._rows)
        if follows:
            self.scroll_end(animate=False, immediate=True, x_axis=False)
        self.refresh()

    def _forget(self, count: int) -> None:
        """Drop the oldest lines; those that are left keep their breaks."""
        gone = self._first_rows[count]
        del self.lines[:count]
        self._first_rows = [row - gone for row in self._first_rows[count:]]
        self._rows -= gone

    def _left_out(self, pieces: Sequence[str], stream: Stream) -> TranscriptLine:
        """The note in the place of lines, which it keeps if they are not too many."""
        kept = [TranscriptLine(_clean(piece), stream) for piece in pieces[:MAX_LEFT_OUT]]
        if len(pieces) > MAX_LEFT_OUT:
            lost = f"… {len(pieces) - MAX_LEFT_OUT:,} lines are lost …"
            kept.append(TranscriptLine(lost, "note"))
        note = TranscriptLine(f"… {len(pieces):,} lines left out: click to see …", "note", (), kept)
        self._shortened.append(note)
        if len(self._shortened) > MAX_SHORTENED:
            self._shortened.popleft().left_out = ()
        return note

    def _drop_last(self) -> None:
        self.lines.pop()
        self._rows = self._first_rows.pop()

    def _wrap_all(self) -> None:
        self._width = self.scrollable_content_region.width
        self._first_rows.clear()
        self._rows = 0
        self._place(self.lines)
        self.virtual_size = Size(self._width, self._rows)
        self.refresh()

    def _place(self, fresh: Sequence[TranscriptLine]) -> None:
        width = self._width
        for line in fresh:
            self._first_rows.append(self._rows)
            fits = len(line.text) <= width and takes_cell_each(line.text)
            self._rows += 1 if fits else len(self._sections(line.text))

    def _sections(self, text: str) -> list[tuple[int, int]]:
        """The stretches of ``text`` that stand on the rows of its line, cut behind blanks."""
        sections: list[tuple[int, int]] = []
        start, width, simple = 0, max(self._width, 1), takes_cell_each(text)
        while start < len(text):
            end = min(start + width, len(text)) if simple else _fitting(text, start, width)
            if end < len(text):
                blank = text.rfind(" ", (start + end) // 2, end)
                end = blank + 1 if blank > 0 else end
            sections.append((start, end))
            start = end
        return sections or [(0, 0)]


def _fitting(text: str, start: int, width: int) -> int:
    """Where the part of ``text`` ends that begins at ``start`` and fits into ``width`` cells."""
    used = 0
    for place in range(start, len(text)):
        used += cell_len(text[place])
        if used > width:
            return max(place, start + 1)
    return len(text)


def _clean(text: str) -> str:
    """One line as it can be drawn: the last state of an overwritten line, no control codes."""
    if "\r" in text:
        text = next((part for part in reversed(text.split("\r")) if part), "")
    text = drawable(text)
    if len(text) > MAX_LINE:
        return f"{text[:MAX_LINE]} … {len(text) - MAX_LINE:,} characters more"
    return text
