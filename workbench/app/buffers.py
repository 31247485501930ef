"""The open programs: one editor each, and tabs over them once there are several."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Tab, Tabs

from workbench.app.completion import CompletionPopup
from workbench.app.drawable import single_line
from workbench.app.editor import Editor
from workbench.app.highlight import Vocabulary
from workbench.app.workspace import OpenProgram

UNSAVED = " ●"


class Buffers(Vertical):
    """The editors, of which one is seen.

    Args:
        vocabulary: The names that the editors colour and complete.
        popup: Where they complete.
        path: The first program, which need not exist yet.
    """

    DEFAULT_CSS = """
    Buffers {
        & Tabs { display: none; }
        &.-several Tabs { display: block; }
        & Editor { height: 1fr; display: none; }
        & Editor.-current { display: block; }
    }
    """

    @dataclass
    class Shown(Message):
        """Another editor is seen."""

        editor: Editor

    def __init__(
        self,
        vocabulary: Vocabulary,
        popup: CompletionPopup,
        path: Path | None = None,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._vocabulary = vocabulary
        self._popup = popup
        self._numbers = count()
        self.current = self._made(path)
        self.current.add_class("-current")
        self.editors = [self.current]

    def compose(self) -> ComposeResult:
        """The tabs over the editors."""
        yield Tabs(*map(self._tab, self.editors))
        yield from self.editors

    def open(self, path: Path) -> Editor:
        """Show the program in ``path``: where it is open, else in the place of an empty editor.

        Raises:
            OSError: It can't be read.
            UnicodeDecodeError: It is not UTF-8 text.
        """
        found = self.editing(str(path))
        if found is None and self._is_blank:
            found = self.current
            found.open(path)
        if found is None:
            return self.add(path)
        self.show(found)
        return found

    def add(self, path: Path | None = None) -> Editor:
        """One more editor, with the program in ``path`` or an empty one.

        Raises:
            OSError: It can't be read.
            UnicodeDecodeError: It is not UTF-8 text.
        """
        editor = self._made(path)
        self.editors.append(editor)
        self.mount(editor)
        self.query_one(Tabs).add_tab(self._tab(editor))
        self.show(editor)
        return editor

    def restore(self, program: OpenProgram) -> Editor | None:
        """Open a program as it was left: where its cursor stood, with the text it had.

        Text whose file can't be read any more becomes an untitled program; without text there is
        nothing then.
        """
        editor: Editor | None = None
        if program.path:
            with suppress(OSError, UnicodeDecodeError):
                editor = self.open(Path(program.path))
        if editor is None:
            if program.text is None:
                return None
            editor = self.current if self._is_blank else self.add()
        if program.text is not None:
            editor.replace(program.text, (0, 0), editor.document.end)
        editor.go_to(program.line + 1, program.column + 1)
        return editor

    def programs(self, *, texts: bool) -> tuple[tuple[OpenProgram, ...], int]:
        """What is open and which is seen; no empty program, unsaved text only with ``texts``."""
        kept = [one for one in self.editors if one.path or (texts and one.unsaved)]
        programs = (
            OpenProgram(
                str(editor.path.absolute()) if editor.path else None,
                *editor.cursor_location,
                editor.text if texts and editor.unsaved else None,
            )
            for editor in kept
        )
        return tuple(programs), kept.index(self.current) if self.current in kept else 0

    def close(self, editor: Editor) -> None:
        """Take an editor away; in the place of the last one comes an empty one."""
        place = self.editors.index(editor)
        if len(self.editors) == 1:
            self.add()
        self.editors.remove(editor)
        self.query_one(Tabs).remove_tab(str(editor.id))
        if editor is self.current:
            self.show(self.editors[min(place, len(self.editors) - 1)])
        self.set_class(len(self.editors) > 1, "-several")
        editor.remove()

    def show(self, editor: Editor) -> None:
        """Let ``editor`` be the one that is seen; it takes the focus over from the one before."""
        focused = any(one.has_focus for one in self.editors)  # the one before may not yet have it
        self.current.remove_class("-current")
        editor.add_class("-current")
        self.current = editor
        self.set_class(len(self.editors) > 1, "-several")
        self.query_one(Tabs).active = str(editor.id)
        if focused:
            editor.focus()
        self.post_message(self.Shown(editor))

    def show_number(self, place: int) -> None:
        """Show the editor at a place, counted from 0; the last one where there are fewer."""
        self.show(self.editors[min(place, len(self.editors) - 1)])

    def show_next(self, step: int) -> None:
        """Show the editor ``step`` tabs further."""
        place = self.editors.index(self.current)
        self.show(self.editors[(place + step) % len(self.editors)])

    def editing(self, origin: str) -> Editor | None:
        """The editor of a program, by what errors call it."""
        for editor in (self.current, *self.editors):
            if editor.origin == origin or (editor.path and _same(editor.path, origin)):
                return editor
        return None

    def rename(self) -> None:
        """Let tabs and borders say what the programs are called now."""
        labels = {editor.id: _label(editor) for editor in self.editors}
        for editor in self.editors:
            editor.border_title = labels[editor.id]
        for tab in self.query(Tab):  # none while the app ends
            tab.label = labels.get(tab.id, tab.label)

    @property
    def _is_blank(self) -> bool:
        """Whether the editor that is seen has neither file nor text."""
        return self.current.path is None and not self.current.text

    @property
    def unsaved(self) -> list[Editor]:
        """The editors whose text is not on disk."""
        return [editor for editor in self.editors if editor.unsaved]

    @on(Tabs.TabActivated)
    def _chosen(self, message: Tabs.TabActivated) -> None:
        message.stop()
        if message.tab.id != message.tabs.active:
            return  # another has been shown meanwhile: to go back would never come to an end
        editor = next((one for one in self.editors if one.id == message.tab.id), self.current)
        if editor is not self.current:
            self.show(editor)

    def _made(self, path: Path | None) -> Editor:
        editor = Editor(self._vocabulary, path, id=f"editor{next(self._numbers)}")
        editor.popup = self._popup
        return editor

    def _tab(self, editor: Editor) -> Tab:
        return Tab(_label(editor), id=editor.id)


def names(editors: Iterable[Editor]) -> str:
    """What the programs are called, in a sentence."""
    return ", ".join(editor.title for editor in editors)


def _label(editor: Editor) -> Content:
    return Content(single_line(editor.title) + UNSAVED * editor.unsaved)


def _same(path: Path, origin: str) -> bool:
    try:
        return path.samefile(origin)
    except (OSError, ValueError):  # no file has such a name
        return False
