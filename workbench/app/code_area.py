"""A text area that knows LispE: colours, matching brackets, indentation.

The file editor and the REPL's prompt are both one. Colours are painted in the public hook
``get_line``; ``_build_highlight_map`` is the one private hook in use, because it alone runs on
every load and edit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.document._document_navigator import DocumentNavigator
from textual.widgets import TextArea
from textual.widgets.text_area import Location, Selection, TextAreaTheme

from workbench.app import structural_editing, structure
from workbench.app.auto_close import is_empty_pair, response
from workbench.app.editing_keys import EditingArea
from workbench.app.highlight import Vocabulary, styled, syntax_styles
from workbench.app.key_events import is_text, run_binding
from workbench.app.long_document import LongDocument, LongWrappedDocument
from workbench.app.reindenting import reindented, settled
from workbench.app.scanner import CLOSERS, Scanner
from workbench.app.structure import Form

if TYPE_CHECKING:
    from workbench.app.completion import CompletionPopup

COMMENT = "; "
MOVES: dict[str, Callable[[Scanner, Location], Location | None]] = {
    "next": structural_editing.place_after,
    "previous": structural_editing.place_before,
    "outside": structural_editing.place_outside,
}
EDITS: dict[str, Callable[[Scanner, Location, Location], structural_editing.Change | None]] = {
    "slurp": lambda scanner, _, cursor: structural_editing.slurp(scanner, cursor),
    "barf": lambda scanner, _, cursor: structural_editing.barf(scanner, cursor),
    "splice": lambda scanner, _, cursor: structural_editing.splice(scanner, cursor),
    "wrap": structural_editing.wrap,
    "raise": structural_editing.lift,
}


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
        Binding(
            "alt+e",
            "expand_selection",
            "Select the form around",
            id="code.expand",
            tooltip="Select the form at the cursor, then the one around it",
            show=False,
        ),
        Binding(
            "alt+s",
            "shrink_selection",
            "Select less again",
            id="code.shrink",
            tooltip="Go back to the smaller selection",
            show=False,
        ),
        Binding(
            "alt+l",
            "move_by_form('next')",
            "Next form",
            id="code.next-form",
            tooltip="Go behind the next form, or out of the parentheses at their end",
            show=False,
        ),
        Binding(
            "alt+h",
            "move_by_form('previous')",
            "Previous form",
            id="code.previous-form",
            tooltip="Go before the last form, or out of the parentheses at their start",
            show=False,
        ),
        Binding(
            "alt+k",
            "move_by_form('outside')",
            "Out of the form",
            id="code.outside-form",
            tooltip="Go before the form around the cursor",
            show=False,
        ),
        Binding(
            "alt+i",
            "edit_form('slurp')",
            "Slurp",
            id="code.slurp",
            tooltip="Take the next form into the parentheses around the cursor",
            show=False,
        ),
        Binding(
            "alt+o",
            "edit_form('barf')",
            "Barf",
            id="code.barf",
            tooltip="Put the last form out of the parentheses around the cursor",
            show=False,
        ),
        Binding(
            "alt+w",
            "edit_form('wrap')",
            "Wrap in parentheses",
            id="code.wrap",
            tooltip="Put the form at the cursor, or what is selected, in parentheses",
            show=False,
        ),
        Binding(
            "alt+u",
            "edit_form('raise')",
            "Raise",
            id="code.raise",
            tooltip="Put the form at the cursor in the place of the one around it",
            show=False,
        ),
        Binding(
            "alt+d",
            "edit_form('splice')",
            "Splice",
            id="code.splice",
            tooltip="Drop the parentheses around the cursor and keep what they hold",
            show=False,
        ),
        Binding(
            "alt+a",
            "toggle_auto_close",
            "Closing brackets by themselves",
            id="code.auto-close",
            tooltip="Let closing brackets and quotes come by themselves, or not",
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
        self.closers_given = 0
        self._grown: list[Selection] = []
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
        if not isinstance(self.document, LongDocument):
            self.document = LongDocument(self.document.text, self.lines_changed)
            self.wrapped_document = LongWrappedDocument(self.document, tab_width=self.indent_width)
            self.navigator = DocumentNavigator(self.wrapped_document)
            self.closers_given = 0
        self._line_cache.clear()
        self.scanner.update(self.document.lines)

    def lines_changed(self, first: int, old_end: int, new_end: int) -> None:
        """Lines ``first`` to ``old_end`` have become those to ``new_end``."""

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

    @property
    def string_before_cursor(self) -> str | None:
        """What the string around the cursor holds before it; ``None`` outside of strings."""
        return structure.string_before(self.scanner, *self.cursor_location)

    def replace_before_cursor(self, length: int, text: str) -> None:
        """Put ``text`` in the place of the ``length`` characters before the cursor."""
        row, column = self.cursor_location
        start = (row, column - length)
        self.replace(text, start, (row, column), maintain_selection_offset=False)

    @property
    def name_at_cursor(self) -> str:
        """The whole name at the cursor."""
        return structure.word_at(self.scanner, *self.cursor_location)

    def change(self, text: str, start: Location, end: Location) -> None:
        """Put ``text`` in the place of a stretch as one step to undo; the cursor goes behind it."""
        self.history.checkpoint()
        self.replace(text, start, end, maintain_selection_offset=False)
        self.history.checkpoint()

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
            self.step_out()
        elif event.key == "tab" and self._indents_with_tab():
            event.stop()
            event.prevent_default()
            self.action_reindent()
        elif await self._complete_word(event) or self._complete_pair(event):
            event.stop()
            event.prevent_default()
        elif not is_text(event) and not await run_binding(self, event) and event.is_printable:
            event.prevent_default()

    def step_out(self) -> None:
        """Escape: a pane that fills the screen shrinks again."""
        self.screen.minimize()

    @property
    def closes_brackets(self) -> bool:
        """Whether closing brackets and quotes come by themselves."""
        return self.auto_close

    async def _complete_word(self, event: events.Key) -> bool:
        """Tab completes a name, or that of a file in a string: whether there was one."""
        return event.key == "tab" and self.popup is not None and await self.popup.offer(self)

    def _complete_pair(self, event: events.Key) -> bool:
        """Type or delete both brackets of a pair, or step over the second: whether it was done."""
        if not self.closes_brackets:
            return False
        start, end = sorted(self.selection)
        row, column = start
        if event.key == "backspace" and start == end:
            if not is_empty_pair(self.scanner, start):
                return False
            self.closers_given = max(self.closers_given - 1, 0)
            self.delete((row, column - 1), (row, column + 1), maintain_selection_offset=False)
            return True
        character = event.character if is_text(event) else None
        answer = response(self.scanner, start, character) if character else None
        if answer == "step over":
            self.closers_given = max(self.closers_given - 1, 0)
            self.move_cursor((row, column + 1))
        elif answer == "pair" and character is not None:
            self.closers_given += 1
            pair = character + CLOSERS.get(character, character)
            self.replace(pair, start, end, maintain_selection_offset=False)
            self.move_cursor((row, column + 1))
        return answer is not None

    def new_line(self) -> None:
        """Break the line at the cursor and indent what follows."""
        start, end = sorted(self.selection)
        row, column = start
        before = self.document[row][:column]
        inside_text = structure.inside_text(self.scanner, row, column)
        width = self.indent_width
        indent = 0 if inside_text else structure.indentation(self.scanner, row, column, width)
        if not inside_text:
            start = (row, len(before.rstrip()) or column)
            rest = self.document[end[0]][end[1] :]
            end = (end[0], end[1] + len(rest) - len(rest.lstrip(" ")))
        self.replace("\n" + " " * indent, start, end, maintain_selection_offset=False)

    def action_reindent(self) -> None:
        """Indent the selected lines, or the one of the cursor, by the structure of the code."""
        first, last = sorted((self.selection.start[0], self.selection.end[0]))
        rows = range(first, last + 1)
        self._rewrite(first, reindented(self.scanner, rows, self.indent_width))
        row, column = self.cursor_location
        text = self.document[row]
        if self.selection.is_empty and not text[:column].strip():
            self.move_cursor((row, len(text) - len(text.lstrip())))

    def action_go_to_start(self) -> None:
        """Go to the start of the text."""
        self.move_cursor((0, 0))

    def action_go_to_end(self) -> None:
        """Go to the end of the text."""
        self.move_cursor(self.document.end)

    def action_expand_selection(self) -> None:
        """Select the form at the cursor, then the one around it, and so on."""
        before = self.selection
        form = structural_editing.expanded(self.scanner, *sorted(before))
        if form is None:
            self.app.bell()
            return
        if not self._grown or self._grown[-1] != before:
            self._grown = [before]
        self.selection = Selection(*form)
        self._grown.append(self.selection)

    def action_shrink_selection(self) -> None:
        """Go back to what was selected before the last expansion."""
        if len(self._grown) > 1 and self._grown[-1] == self.selection:
            self._grown.pop()
            self.selection = self._grown[-1]
        else:
            self.app.bell()

    def action_move_by_form(self, where: str) -> None:
        """Go to the ``next`` or ``previous`` form, or ``outside`` of the one around."""
        place = MOVES[where](self.scanner, self.cursor_location)
        if place is None:
            self.app.bell()
        else:
            self.history.checkpoint()
            self.move_cursor(place, record_width=True)

    def action_edit_form(self, how: str) -> None:
        """Change the brackets at the cursor or around the selection: ``how`` is one of EDITS."""
        change = EDITS[how](self.scanner, *sorted(self.selection))
        if change is None:
            self.app.bell()
        else:
            change = settled(self.scanner, change, self.indent_width)
            self.change(change.text, change.start, change.end)
            self.move_cursor(change.cursor)

    def action_toggle_auto_close(self) -> None:
        """Let closing brackets and quotes come by themselves, or not."""
        self.auto_close = not self.auto_close
        does = "come by themselves" if self.auto_close else "are typed"
        self.notify(f"Closing brackets {does}.", markup=False)

    def action_toggle_comment(self) -> None:
        """Put comment marks before the selected lines, or take them away where all have them."""
        first, last = sorted((self.selection.start[0], self.selection.end[0]))
        rows = [row for row in range(first, last + 1) if self.document[row].strip()]
        texts = {row: self.document[row] for row in rows}
        margin = min((len(t) - len(t.lstrip()) for t in texts.values()), default=0)
        commented = all(text[margin:].startswith(";") for text in texts.values())
        lines = list(self.document.lines[first : last + 1])
        for row, text in texts.items():
            rest = text[margin:]
            if commented:
                rest = rest.removeprefix(COMMENT if rest.startswith(COMMENT) else ";")
            else:
                rest = COMMENT + rest
            lines[row - first] = text[:margin] + rest
        self._rewrite(first, lines)

    def _rewrite(self, first: int, lines: list[str]) -> None:
        """Put ``lines`` in the place of as many from ``first`` on; the selection goes along."""
        last = first + len(lines) - 1
        old = self.document.lines[first : last + 1]
        if old == lines:
            return
        ends = []
        for row, column in self.selection:
            grown = len(lines[row - first]) - len(old[row - first])
            ends.append((row, max(column + grown, 0) if column else 0))
        self.change("\n".join(lines), (first, 0), (last, len(old[-1])))
        self.selection = Selection(*ends)

    def _indents_with_tab(self) -> bool:
        """Tab indents a selection, and a line whose cursor stands before its text."""
        row, column = self.cursor_location
        blank_before = not self.document[row][:column].strip()
        return not self.selection.is_empty or blank_before
