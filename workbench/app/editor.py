"""The file editor: a code area with a file behind it and a mark for what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from workbench.app.code_area import CodeArea
from workbench.app.files import read_source, stamp, write_atomically
from workbench.app.highlight import Vocabulary
from workbench.app.structure import Form, form_before, top_form
from workbench.runtime.protocol import ErrorView

UNTITLED = "<buffer>"


class Editor(CodeArea):
    """One program in the making."""

    DEFAULT_CSS = """
    Editor {
        background: $surface;
        padding: 0;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r",
            "evaluate_top_form",
            "Eval form",
            id="editor.eval-top-form",
            tooltip="Evaluate the top-level form at the cursor",
        ),
        Binding(
            "ctrl+e",
            "evaluate_form_before",
            "Eval last form",
            id="editor.eval-form-before",
            tooltip="Evaluate the form that ends before the cursor",
            show=False,
        ),
    ]

    @dataclass
    class EvaluationWanted(Message):
        """A form shall be evaluated: ``source`` stands at its place in the file."""

        source: str
        shown: str

    @dataclass
    class FileChanged(Message):
        """Another file is behind the editor, or its unsaved mark changed."""

        editor: Editor

    def __init__(
        self, vocabulary: Vocabulary, path: Path | None = None, *, id: str | None = None
    ) -> None:
        self._error: ErrorView | None = None
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

    def action_evaluate_top_form(self) -> None:
        """Evaluate the top-level form around, or else before, the cursor."""
        self._want(top_form(self.scanner, *self.cursor_location))

    def action_evaluate_form_before(self) -> None:
        """Evaluate the form that ends before the cursor."""
        self._want(form_before(self.scanner, *self.cursor_location))

    def _want(self, form: Form | None) -> None:
        """Ask for an evaluation; line feeds and blanks before the form keep its place."""
        if form is None:
            self.app.bell()
            return
        row, column = form.start
        text = self.form_text(form)
        self.post_message(self.EvaluationWanted("\n" * row + " " * column + text, text))

    def get_line(self, line_index: int) -> Text:
        """The line in colour, the place of an error underlined."""
        text = super().get_line(line_index)
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
