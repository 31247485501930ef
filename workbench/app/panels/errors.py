"""The last errors of the program: sentence, place, hint, the way that led there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workbench.app.drawable import drawable, single_line
from workbench.app.panels.base import OpenLocation, Panel
from workbench.runtime.protocol import ErrorView, EvaluationFailed, FrameView

KEPT = 20
FRAMES = 30
VARIABLES = 6
LONGEST_VALUE = 60


@dataclass(eq=False)
class ErrorEntry:
    """An error as the panel shows it: ``unfolded`` with its stack, ``traced`` with its trace."""

    error: ErrorView
    unfolded: bool = True
    traced: bool = False


class ErrorRow(Option):
    """A row that leads somewhere: a place in a source, or the trace that it folds."""

    def __init__(self, prompt: Content, entry: ErrorEntry, place: FrameView | None = None) -> None:
        super().__init__(prompt)
        self.entry = entry
        self.place = place


def place_text(origin: str, line: int, column: int) -> str:
    """``file:line:column`` as far as it is known, the file without its folders."""
    name = origin if origin.startswith("<") else PurePath(origin).name
    return ":".join([single_line(name), *(str(number) for number in (line, column) if number)])


def source_excerpt(error: ErrorView) -> Content:
    """The line of the error without its indent, the span of the error underlined."""
    indent = len(error.source_line) - len(error.source_line.lstrip())
    line = single_line(error.source_line.strip().expandtabs(1))
    if not line:
        return Content("")
    marked = Content(line)
    if error.column:
        start = max(0, error.column - 1 - indent)
        on_one_line = error.end_line in (0, error.line)
        end = error.end_column - 1 - indent if on_one_line else len(line)
        marked = marked.stylize("underline bold $text-error", start, max(end, start + 1))
    number = f"\n  {error.line} │ " if error.line else "\n  "
    return Content.assemble((number, "$foreground 50%"), marked)


def headline(error: ErrorView) -> Content:
    """The sentence and its place."""
    parts: list[Content | tuple[str, str]] = [("✗ ", "bold $text-error")]
    parts.append((drawable(error.message), "bold $text-error"))
    if error.origin:
        place = place_text(error.origin, error.line, error.column)
        parts += [Content("\n  "), (place, "underline $text-accent")]
    return Content.assemble(*parts)


def _variables(frame: FrameView) -> Iterator[tuple[str, str]]:
    """The variables of a call, in the order they were made, each on a line of its own."""
    for name, value in frame.held[:VARIABLES]:
        text = single_line(value)
        shown = text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
        yield f"\n       {single_line(name)} = {shown}", "$foreground 60%"
    if len(frame.held) > VARIABLES:
        yield f"\n       … {len(frame.held) - VARIABLES} more", "$foreground 60%"


def rows(entry: ErrorEntry) -> Iterator[ErrorRow]:
    """What an error shows, one row for everything that can be chosen."""
    error = entry.error
    top = FrameView("", error.origin, error.line, error.column)
    if not entry.unfolded:
        place = place_text(error.origin, error.line, error.column) if error.origin else ""
        summary = Content.assemble(
            ("✗ ", "$text-error"),
            single_line(error.message.partition("\n")[0]),
            "  ",
            (place, "$foreground 60%"),
        )
        yield ErrorRow(summary, entry, top)
        return
    hint = (
        Content.assemble("\n", ("  " + drawable(error.hint), "$text-success")) if error.hint else ""
    )
    yield ErrorRow(Content.assemble(headline(error), source_excerpt(error), hint), entry, top)
    for frame in error.frames[:FRAMES]:
        where = place_text(frame.origin, frame.line, frame.column)
        yield ErrorRow(
            Content.assemble(
                ("    in ", "$foreground 60%"),
                (single_line(frame.name) or "top level", "bold"),
                "  ",
                (where, "underline $text-accent"),
                *_variables(frame),
            ),
            entry,
            frame,
        )
    if len(error.frames) > FRAMES:
        more = f"    … {len(error.frames) - FRAMES} more levels"
        yield ErrorRow(Content.styled(more, "$foreground 60%"), entry, error.frames[-1])
    if error.trace:
        sign = "▾" if entry.traced else "▸"
        title = Content.styled(f"  {sign} Python trace of this defect", "$foreground 60%")
        body = f"\n{drawable(error.trace.rstrip())}" if entry.traced else ""
        yield ErrorRow(Content.assemble(title, body), entry)


class ErrorsPanel(Panel[EvaluationFailed]):
    """Errors, newest first; Enter or a click opens the place."""

    title = "Errors"
    empty = "No errors.\n\nWhen an evaluation fails, its message,\nplace and call stack stand here."
    accepts = (EvaluationFailed,)
    DEFAULT_CSS = """
    ErrorsPanel > OptionList {
        height: 1fr;
        border: none;
        padding: 0;
        background: transparent;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted {
            background: $primary 12%;
            color: $foreground;
            text-style: none;
        }
        &:focus > .option-list--option-highlighted {
            background: $primary 25%;
            color: $foreground;
            text-style: none;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.entries: deque[ErrorEntry] = deque(maxlen=KEPT)

    def contents(self) -> ComposeResult:
        """The list."""
        yield OptionList(markup=False)

    def receive(self, events: Sequence[EvaluationFailed]) -> None:
        """Put the new errors on top and fold the earlier ones."""
        for entry in self.entries:
            entry.unfolded = False
        for event in events:
            self.entries.appendleft(ErrorEntry(event.error, unfolded=event is events[-1]))
        self.filled = bool(self.entries)
        self.show(highlighted=0)

    def show(self, highlighted: int) -> None:
        """Lay the rows out again."""
        options = self.query_one(OptionList)
        options.clear_options()
        listed: list[ErrorRow | None] = []
        for entry in self.entries:
            listed += [*rows(entry), None] if entry.unfolded else [*rows(entry)]
        options.add_options(listed)
        options.highlighted = highlighted

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Open the place of the row; unfold what is folded."""
        event.stop()
        row = event.option
        assert isinstance(row, ErrorRow)
        entry = row.entry
        if row.place is None:
            entry.traced = not entry.traced
            self.show(event.option_index)
        elif not entry.unfolded:
            for other in self.entries:
                other.unfolded = other is entry
            self.show(self.entries.index(entry))
        if row.place and row.place.origin:
            self.post_message(OpenLocation(row.place.origin, row.place.line, row.place.column))
