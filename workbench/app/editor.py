"""The file editor: a code area with a file behind it and a mark for what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from workbench.app.ask_place import AskPlace
from workbench.app.drawable import drawn_width, shortened
from workbench.app.files import read_source, stamp, write_atomically
from workbench.app.highlight import Vocabulary
from workbench.app.inline_results import InlineResults, Mark
from workbench.app.searched_area import SearchedArea
from workbench.app.status_line import SPINNER
from workbench.app.structure import Form, Location, form_before, top_form
from workbench.runtime.protocol import ErrorView, EvaluationFailed, Event

UNTITLED = "<buffer>"
TURNS_PER_SECOND = 10
GAP = 2
LEAST_ROOM = 4


class Editor(SearchedArea):
    """One program in the making."""

    ABOUT: ClassVar[tuple[str, str]] = (
        "Editor",
        "Programs are written here. What a form comes to is shown beside it; F1 on a name explains "
        "the name. Tab completes names, and files in strings.",
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "editor--match",
        "editor--running",
        "editor--value",
        "editor--error",
    }
    DEFAULT_CSS = """
    Editor {
        background: $surface;
        padding: 0;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & > .editor--match { background: $warning 35%; }
        & > .editor--running { color: $accent; }
        & > .editor--value { color: $text-muted; }
        & > .editor--error { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r",
            "evaluate_top_form",
            "Eval form",
            id="editor.eval-top-form",
            tooltip="Evaluate the selection, or else the top-level form at the cursor",
        ),
        Binding(
            "ctrl+e",
            "evaluate_form_before",
            "Eval last form",
            id="editor.eval-form-before",
            tooltip="Evaluate the form that ends before the cursor",
            show=False,
        ),
        Binding(
            "alt+r",
            "send_to_prompt",
            "Form to the prompt",
            id="editor.send-to-prompt",
            tooltip="Put the selection, or else the form at the cursor, into the prompt",
            show=False,
        ),
        Binding(
            "ctrl+f",
            "open_find",
            "Find…",
            id="editor.find",
            tooltip="Find words or a pattern, and replace them",
            show=False,
        ),
        Binding(
            "alt+n",
            "find(1)",
            "Find next",
            id="editor.find-next",
            tooltip="Go to the next place of what was looked for",
            show=False,
        ),
        Binding(
            "alt+p",
            "find(-1)",
            "Find previous",
            id="editor.find-previous",
            tooltip="Go to the place before of what was looked for",
            show=False,
        ),
        Binding(
            "ctrl+g",
            "go_to_line",
            "Go to line…",
            id="editor.go-to-line",
            tooltip="Go to a line, or to line:column",
            show=False,
        ),
    ]

    @dataclass
    class EvaluationWanted(Message):
        """A form shall be evaluated: ``source`` stands at its place in the file.

        ``mark`` is where the result goes, once it knows the evaluation.
        """

        source: str
        shown: str
        mark: Mark

    @dataclass
    class PromptWanted(Message):
        """``source`` shall be edited at the prompt."""

        source: str

    @dataclass
    class FindWanted(Message):
        """Words shall be found in ``editor``."""

        editor: Editor

    @dataclass
    class FindEnded(Message):
        """Nothing shall be found in ``editor`` any more."""

        editor: Editor

    @dataclass
    class FileChanged(Message):
        """Another file is behind the editor, or its unsaved mark changed."""

        editor: Editor

    def __init__(
        self, vocabulary: Vocabulary, path: Path | None = None, *, id: str | None = None
    ) -> None:
        self._error: ErrorView | None = None
        self.results = InlineResults()
        self._turning: Timer | None = None
        self._saved = read_source(path) if path else ""
        super().__init__(
            self._saved,
            vocabulary=vocabulary,
            id=id,
            soft_wrap=False,
            show_line_numbers=True,
            compact=True,
        )
        self.path = path
        self._saved = self.text
        self.unsaved = False
        self._stamp = stamp(path)

    @property
    def origin(self) -> str:
        """How errors name this program: the file's path."""
        return str(self.path) if self.path else UNTITLED

    @property
    def title(self) -> str:
        """The file's name, for people."""
        return self.path.name if self.path else "untitled"

    def open(self, path: Path) -> None:
        """Edit ``path``; one that does not exist yet begins empty.

        Raises:
            OSError: It can't be read.
            UnicodeDecodeError: It is not UTF-8 text.
        """
        text = read_source(path)
        self.path = path
        self._error = None
        self.results.clear()
        self.load_text(text)
        self._settle()

    def save(self, path: Path | None = None) -> None:
        """Write the text to ``path``, else to the file it came from.

        Raises:
            OSError: It can't be written.
        """
        target = path or self.path
        assert target is not None
        write_atomically(target, self.text)
        self.path = target
        self._settle()

    @property
    def changed_on_disk(self) -> bool:
        """Whether another program has written the file since it was read or saved; told once."""
        found = stamp(self.path)
        if found is None or found == self._stamp:
            return False
        self._stamp = found
        try:
            return self.path is not None and read_source(self.path) != self._saved
        except (OSError, UnicodeDecodeError):
            return False

    def reload(self) -> None:
        """Take what is on disk, as an edit that can be undone.

        Raises:
            OSError: It can't be read.
            UnicodeDecodeError: It is not UTF-8 text.
        """
        assert self.path is not None
        text, cursor = read_source(self.path), self.cursor_location
        self.replace(text, (0, 0), self.document.end)
        self.move_cursor(cursor)
        self._settle()

    def mark_error(self, error: ErrorView) -> None:
        """Underline the place of ``error`` until the next edit."""
        self._error = error
        self.repaint()

    def clear_error(self) -> None:
        """Take the mark away."""
        if self._error is not None:
            self._error = None
            self.repaint()

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor at a place; lines and columns count from 1."""
        row = min(max(line - 1, 0), self.document.line_count - 1)
        self.move_cursor((row, min(max(column - 1, 0), len(self.document[row]))), center=True)

    def action_open_find(self) -> None:
        """Find words, and replace them."""
        self.screen.minimize()
        self.post_message(self.FindWanted(self))

    def action_find(self, step: int) -> None:
        """Go to the next or the last place of what was looked for."""
        if not self.find(step):
            self.app.bell()

    def step_out(self) -> None:
        """Escape ends a search first."""
        if self.shows_matches:
            self.post_message(self.FindEnded(self))
        else:
            super().step_out()

    def action_go_to_line(self) -> None:
        """Ask for a line and go there."""

        def go(place: tuple[int, int] | None) -> None:
            if place is not None:
                self.go_to(*place)

        self.app.push_screen(AskPlace(self.document.line_count), go)

    def action_evaluate_top_form(self) -> None:
        """Evaluate what is selected, else the top-level form around or before the cursor."""
        self._want(self._chosen)

    def action_evaluate_form_before(self) -> None:
        """Evaluate the form that ends before the cursor."""
        self._want(form_before(self.scanner, *self.cursor_location))

    def action_send_to_prompt(self) -> None:
        """Put what is selected, else the top-level form at the cursor, into the prompt."""
        form = self._chosen
        if form is None:
            self.app.bell()
        else:
            margin = " " * form.start[1]
            lines = self.form_text(form).split("\n")
            source = "\n".join([lines[0], *(line.removeprefix(margin) for line in lines[1:])])
            self.post_message(self.PromptWanted(source))

    @property
    def _chosen(self) -> Form | None:
        """What is selected, without blanks at its ends; else the top-level form at the cursor."""
        if self.selection.is_empty:
            return top_form(self.scanner, *self.cursor_location)
        text = self.selected_text
        body = text.strip()
        if not body:
            return None
        start = _behind(min(self.selection), text[: text.index(body)])
        return Form(start, _behind(start, body))

    def _want(self, form: Form | None) -> None:
        """Ask for an evaluation; line feeds and blanks before the form keep its place."""
        if form is None:
            self.app.bell()
            return
        row, column = form.start
        text = self.form_text(form)
        mark = self.results.begin(form.end[0])
        self._show_results()
        self.post_message(self.EvaluationWanted("\n" * row + " " * column + text, text, mark))

    def hear(self, event: Event) -> None:
        """Show beside a form what its evaluation came to; an error of none, beside its line."""
        changed = self.results.hear(event)
        if isinstance(event, EvaluationFailed) and not changed:
            error = event.error
            row = max(error.line, error.end_line) - 1
            if error.origin == self.origin and 0 <= row < self.document.line_count:
                self.results.begin(row).evaluation = event.id
                changed = self.results.hear(event)
        if changed:
            self._show_results()

    def clear_results(self) -> None:
        """Take away what stands beside forms."""
        self.results.clear()
        self._show_results()

    def _show_results(self) -> None:
        running = self.results.running
        if running and self._turning is None:
            self._turning = self.set_interval(1 / TURNS_PER_SECOND, self._turn)
        elif not running and self._turning is not None:
            self._turning.stop()
            self._turning = None
        self.refresh()

    def _turn(self) -> None:
        if self.app.animation_level != "none":
            for mark in self.results.running:
                self.refresh_lines(mark.row)

    def lines_changed(self, first: int, old_end: int, new_end: int) -> None:
        """Results go along with their lines."""
        self.results.lines_changed(first, old_end, new_end)

    def render_line(self, y: int) -> Strip:
        """A row of the screen: the line, and beside it what its form came to."""
        strip = super().render_line(y)
        row = y + self.scroll_offset.y
        mark = self.results.at(row)
        if mark is None or row >= self.document.line_count:
            return strip
        behind = drawn_width(self.document[row], self.indent_width) - self.scroll_offset.x
        column = self.gutter_width + behind + GAP
        room = self.scrollable_content_region.width - column
        if behind < 0 or room < LEAST_ROOM:
            return strip
        text = shortened(mark.text or self._sign_of_work(), room)
        colour = self.get_component_rich_style(f"editor--{mark.kind}").color
        under = next((segment.style for segment in strip.crop(column, column + 1)), None)
        style = Style(color=colour, bgcolor=under.bgcolor if under else None)
        rest = strip.crop(column + cell_len(text))
        return Strip.join([strip.crop(0, column), Strip([Segment(text, style)]), rest])

    def _sign_of_work(self) -> str:
        if self.app.animation_level == "none":
            return "…"
        return SPINNER[int(monotonic() * TURNS_PER_SECOND) % len(SPINNER)]

    def get_line(self, line_index: int) -> Text:
        """The line in colour, matches marked, the place of an error underlined."""
        text = super().get_line(line_index)
        if self.shows_matches:
            style = Style(bgcolor=self.get_component_rich_style("editor--match").bgcolor)
            for first, last in self.matched_in(line_index):
                if first < last:
                    text.stylize(style, first, last)
                else:  # a place between two characters
                    text.stylize(style + Style(underline=True), first, first + 1)
        error = self._error
        if error is None or not error.line <= line_index + 1 <= max(error.end_line, error.line):
            return text
        number, length = line_index + 1, len(text)
        start = error.column - 1 if number == error.line and error.column else 0
        end = error.end_column - 1 if number == error.end_line and error.end_column else length
        colour = self.app.theme_variables["syntax-error"]
        text.stylize(
            Style(color=colour, underline=True), min(start, length - 1), max(end, start + 1)
        )
        return text

    def _build_highlight_map(self) -> None:
        super()._build_highlight_map()
        self._error = None

    def on_text_area_changed(self) -> None:
        """Keep the unsaved mark right."""
        unsaved = self.text != self._saved
        if unsaved != self.unsaved:
            self.unsaved = unsaved
            self.post_message(self.FileChanged(self))

    def _settle(self) -> None:
        self._stamp = stamp(self.path)
        self._saved = self.text
        self.unsaved = False
        self.post_message(self.FileChanged(self))


def _behind(start: Location, text: str) -> Location:
    """Where ``text`` that begins at ``start`` ends."""
    *lines, last = text.split("\n")
    return (start[0] + len(lines), len(last) if lines else start[1] + len(last))
