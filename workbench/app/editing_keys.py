"""What a user can set of any text area: its keys, which have names here, and how it edits."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import TextArea
from textual.widgets.text_area import Location

from workbench.settings import EditorSettings


def _editing(keys: str, action: str, title: str, id: str, tooltip: str) -> Binding:
    """A key that everybody knows: neither help nor palette name it unless it was changed."""
    return Binding(keys, action, title, id=id, tooltip=tooltip, show=False, system=True)


@runtime_checkable
class HasEditing(Protocol):
    """An app that knows how its user wants to edit."""

    editing: EditorSettings


class EditingArea(TextArea):
    """A text area whose keys can be changed, and which edits as the settings say."""

    auto_close: reactive[bool] = reactive(True)

    BINDINGS: ClassVar[list[BindingType]] = [
        _editing("left", "cursor_left", "Left", "code.left", "A character to the left"),
        _editing("right", "cursor_right", "Right", "code.right", "A character to the right"),
        _editing("up", "cursor_up", "Up", "code.up", "A line up"),
        _editing("down", "cursor_down", "Down", "code.down", "A line down"),
        _editing(
            "ctrl+left", "cursor_word_left", "Word left", "code.word-left", "A word to the left"
        ),
        _editing(
            "ctrl+right", "cursor_word_right", "Word right", "code.word-right", "A word further"
        ),
        _editing(
            "home,ctrl+a",
            "cursor_line_start",
            "Start of line",
            "code.line-start",
            "Go to the start of the line",
        ),
        _editing(
            "end,ctrl+e",
            "cursor_line_end",
            "End of line",
            "code.line-end",
            "Go to the end of the line",
        ),
        _editing("pageup", "cursor_page_up", "Page up", "code.page-up", "A screen up"),
        _editing("pagedown", "cursor_page_down", "Page down", "code.page-down", "A screen down"),
        _editing(
            "delete,ctrl+d",
            "delete_right",
            "Delete to the right",
            "code.delete-right",
            "Delete the character to the right",
        ),
        _editing(
            "ctrl+w,ctrl+backspace,alt+backspace",
            "delete_word_left",
            "Delete word to the left",
            "code.delete-word-left",
            "Delete back to the start of the word",
        ),
        _editing(
            "alt+delete",
            "delete_word_right",
            "Delete word to the right",
            "code.delete-word-right",
            "Delete on to the next word",
        ),
        _editing(
            "ctrl+u",
            "delete_to_start_of_line",
            "Delete to start of line",
            "code.delete-to-line-start",
            "Delete back to the start of the line",
        ),
        _editing(
            "ctrl+k",
            "delete_to_end_of_line_or_delete_line",
            "Delete to end of line",
            "code.delete-to-line-end",
            "Delete on to the end of the line; there, delete the line",
        ),
        _editing("f7", "select_all", "Select all", "code.select-all", "Select the whole text"),
        _editing("ctrl+x", "cut", "Cut", "code.cut", "Cut the selection, or the line"),
        _editing("ctrl+c", "copy", "Copy", "code.copy", "Copy the selection, or the line"),
        _editing("ctrl+v", "paste", "Paste", "code.paste", "Paste what was cut or copied"),
        _editing("ctrl+z", "undo", "Undo", "code.undo", "Take the last change back"),
        _editing("ctrl+y", "redo", "Redo", "code.redo", "Do again what was taken back"),
    ]

    def on_mount(self) -> None:
        """Take over the settings."""
        if isinstance(self.app, HasEditing):
            self.auto_close = self.app.editing.auto_close
            self.indent_width = self.app.editing.indent_width

    def get_cursor_line_start_location(self, smart_home: bool = False) -> Location:
        """Where the line of the cursor starts, however many rows it takes."""
        if self.soft_wrap:
            return self.cursor_location[0], 0
        return super().get_cursor_line_start_location(smart_home)

    def get_cursor_line_end_location(self) -> Location:
        """Where the line of the cursor ends, however many rows it takes."""
        row, _ = self.cursor_location
        return row, len(self.document[row])
