"""A text area that knows LispE: colours, matching brackets, indentation.

The file editor and the REPL's prompt are both one. Colours are painted in the public hook
``get_line``; ``_build_highlight_map`` is the one private hook in use, because it alone runs on
every load and edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import Location, TextAreaTheme

from workbench.app import structure
from workbench.app.editing_keys import EditingArea
from workbench.app.highlight import Vocabulary, styled, syntax_styles
from workbench.app.key_events import is_text, run_binding
from workbench.app.scanner import Scanner
from workbench.app.structure import Form

if TYPE_CHECKING:
    from workbench.app.completion import CompletionPopup

COMMENT = "; "


class CodeTheme(TextAreaTheme):
    """The colours of the app's theme; the line of the cursor keeps those of its text."""

    def apply_css(self, text_area: TextArea) -> None:
        """Take the colours from the stylesheet."""
        super().apply_css(text_area)
        line_style = self.cursor_line_style
        self.cursor_line_style = Style(bgcolor=line_style.bgcolor) if line_style else None


class CodeArea(EditingArea):
    """LispE source that is being typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+underscore,ctrl+slash",
            "toggle_comment",
            "Comment lines",
            id="code.comment",
            tooltip="Comment the selected lines, or take their comment marks away",
            show=False,
        ),
        Binding(
            "shift+tab",
            "reindent",
            "Indent lines",
            id="code.reindent",
            tooltip="Indent the selected lines by the structure of the code",
            show=False,
        ),
        Binding(
            "ctrl+home",
            "go_to_start",
            "Go to the start",
            id="code.start",
            tooltip="Go to the start of the text",
            show=False,
        ),
        Binding(
            "ctrl+end",
            "go_to_end",
            "Go to the end",
            id="code.end",
            tooltip="Go to the end of the text",
            show=False,
        ),
    ]

    def __init__(
        self, text: str = "", *, vocabulary: Vocabulary, id: str | None = None, **options: Any
    ) -> None:
        self.scanner = Scanner()
        self.vocabulary = vocabulary
        self._syntax_styles: dict[str, Style] = {}
        self.popup: CompletionPopup | None = None
        super().__init__(text, id=id, tab_behavior="indent", **options)
        self.register_theme(CodeTheme("lispe"))
        self.theme = "lispe"
        self.indent_width = 2

    def notify_style_update(self) -> None:
        """Forget the styles of an old theme."""
        self._syntax_styles = {}
        super().notify_style_update()

    def repaint(self) -> None:
        """Draw every line again: what colours them has changed."""
        self._line_cache.clear()
        self.refresh()

    def _build_highlight_map(self) -> None:
        self._line_cache.clear()
        self.scanner.update(self.document.lines)

    def get_line(self, line_index: int) -> Text:
        """The line in colour."""
        if not self._syntax_styles:
            self._syntax_styles = syntax_styles(self.app.theme_variables)
        return styled(self.scanner.lines[line_index], self.vocabulary, self._syntax_styles)

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:
        """The partner of the bracket at the cursor, or of a closing one just before it."""
        self.scanner.update(self.document.lines)  # an edit moves the cursor before it is told
        row, column = search_from
        found = structure.partner(self.scanner, row, column)
        if found is None and column and self.document[row][column - 1] in ")]}":
            found = structure.partner(self.scanner, row, column - 1)
        return found

    def form_text(self, form: Form) -> str:
        """The source of ``form``."""
        return self.document.get_text_range(form.start, form.end)

    @property
    def call(self) -> structure.Call | None:
        """The call around the cursor."""
        return structure.call_around(self.scanner, *self.cursor_location)

    @property
    def word(self) -> str:
        """The part of a name that ends at the cursor."""
        return structure.word_before(self.scanner, *self.cursor_location)

    def replace_word(self, word: str) -> None:
        """Put ``word`` in the place of the part of a name that ends at the cursor."""
        row, column = self.cursor_location
        start = (row, column - len(self.word))
        self.replace(word, start, (row, column), maintain_selection_offset=False)

    @property
    def name_at_cursor(self) -> str:
        """The whole name at the cursor."""
        return structure.word_at(self.scanner, *self.cursor_location)

    async def on_key(self, event: events.Key) -> None:
        """Enter and tab indent, tab completes, escape shrinks; others do what they are bound to."""
        if self.popup is not None and self.popup.takes_key(event.key):
            event.stop()
            event.prevent_default()
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.new_line()
        elif event.key == "escape":
            event.stop()
            event.prevent_default()
            self.screen.minimize()
        elif event.key == "tab" and self._indents_with_tab():
            event.stop()
            event.prevent_default()
            self.action_reindent()
        elif event.key == "tab" and self.popup is not None and self.word:
            event.stop()
            event.prevent_default()
            self.popup.offer(self)
        elif not is_text(event) and not await run_binding(self, event) and event.is_printable:
            event.prevent_default()

    def new_line(self) -> None:
        """Break the line at the cursor and indent what follows."""
        start, end = sorted(self.selection)
        row, column = start
        before = self.document[row][:column]
        inside_text = structure.inside_text(self.scanner, row, column)
        indent = 0 if inside_text else self._indentation(row, column)
        if not inside_text:
            start = (row, len(before.rstrip()) or column)
            rest = self.document[end[0]][end[1] :]
            end = (end[0], end[1] + len(rest) - len(rest.lstrip(" ")))
        self.replace("\n" + " " * indent, start, end, maintain_selection_offset=False)

    def action_reindent(self) -> None:
        """Indent the selected lines, or the one of the cursor, by the structure of the code."""
        first, last = sorted((self.selection.start[0], self.selection.end[0]))
        for row in range(first, last + 1):
            if self.scanner.state_at(row).ending:
                continue
            line = self.document[row]
            blank = len(line) - len(line.lstrip())
            indent = self._indentation(row, 0)
            if indent != blank:
                self.replace(" " * indent, (row, 0), (row, blank))
        row, column = self.cursor_location
        text = self.document[row]
        if self.selection.is_empty and not text[:column].strip():
            self.move_cursor((row, len(text) - len(text.lstrip())))

    def _indentation(self, row: int, column: int) -> int:
        return structure.indentation(self.scanner, row, column, self.indent_width)

    def action_go_to_start(self) -> None:
        """Go to the start of the text."""
        self.move_cursor((0, 0))

    def action_go_to_end(self) -> None:
        """Go to the end of the text."""
        self.move_cursor(self.document.end)

    def action_toggle_comment(self) -> None:
        """Put comment marks before the selected lines, or take them away where all have them."""
        first, last = sorted((self.selection.start[0], self.selection.end[0]))
        rows = [row for row in range(first, last + 1) if self.document[row].strip()]
        texts = {row: self.document[row] for row in rows}
        margin = min((len(t) - len(t.lstrip()) for t in texts.values()), default=0)
        commented = all(text[margin:].startswith(";") for text in texts.values())
        for row, text in texts.items():
            if commented:
                marks = COMMENT if text[margin:].startswith(COMMENT) else ";"
                self.delete((row, margin), (row, margin + len(marks)))
            else:
                self.insert(COMMENT, (row, margin))

    def _indents_with_tab(self) -> bool:
        """Tab indents a selection, and a line whose cursor stands before its text."""
        row, column = self.cursor_location
        blank_before = not self.document[row][:column].strip()
        return not self.selection.is_empty or blank_before
