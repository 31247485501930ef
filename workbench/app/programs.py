"""What the workbench does with programs: open, save, close, keep, and bring back.

It is the part of the app that knows of files; what stands where, and what the session tells, is
told in ``app``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on, work

from workbench.app.buffers import Buffers, names
from workbench.app.clipboard import CopyingApp
from workbench.app.dialogs import AskPath, Choice
from workbench.app.editor import Editor
from workbench.app.files import write_atomically
from workbench.app.layout import Shares
from workbench.app.panel_area import PanelArea
from workbench.app.panels.base import OpenLocation
from workbench.app.panels.loss import LossPanel
from workbench.app.repl import Repl
from workbench.app.workspace import Workspace, save_workspace

WORKSPACE_KEPT_EVERY = 2.0
"""Seconds of work that a crash may cost."""

FILES_SEEN_EVERY = 1.0
"""Seconds between two looks at what other programs have done to the open files."""


class ProgramsApp(CopyingApp):
    """An app with editors, a REPL and panels, whose programs are files.

    The subclass makes the widgets and shares the screen out among them.
    """

    _buffers: Buffers
    _repl: Repl
    _panels: PanelArea
    _shares: Shares
    _workspace_file: Path | None
    _kept: Workspace
    _restored: bool
    _submitted: dict[str, str]
    """What was submitted at the prompt, by what errors call it."""

    def begin_keeping(self) -> None:
        """Open again what was open, and from then on keep what is, and watch the files."""
        if self._editor.path is None:
            self._repl.prompt.text = self._kept.draft  # before what is typed ahead
        self.call_after_refresh(self._restore)
        self.set_interval(WORKSPACE_KEPT_EVERY, self.keep_workspace)
        self.set_interval(FILES_SEEN_EVERY, self.watch_files)

    @property
    def _editor(self) -> Editor:
        """The editor that is seen."""
        return self._buffers.current

    def _restore(self) -> None:
        """Open again what was open; begin in the editor, at the prompt where there is no file."""
        asked_for = self._editor.path
        recovered = []
        for program in self._kept.programs:
            if asked_for is not None and program.text is None:
                continue
            editor = self._buffers.restore(program)
            recovered += [editor] if editor is not None and program.text is not None else []
        if asked_for is not None:
            self._buffers.open(asked_for)
        else:
            self._buffers.show_number(self._kept.shown)
            self._panels.panel(LossPanel).show_again(self._kept.runs)
        if recovered:
            self.notify(f"Unsaved text of {names(recovered)} is back.", markup=False)
        self._restored = True
        if asked_for is None and self._editor.path:
            self._editor.focus()

    def keep_workspace(self, *, texts: bool = True) -> None:
        """Write down what is open if that has changed; without ``texts`` unsaved ones are lost."""
        if self._workspace_file is None or not self._restored:
            return
        now = Workspace(
            *self._buffers.programs(texts=texts),
            self._panels.current.title,
            "" if self._repl.prompt.reading else self._repl.prompt.text,
            self._shares,
            self._panels.panel(LossPanel).shown_runs,
        )
        if now == self._kept:
            return
        try:
            save_workspace(self._workspace_file, now)
        except OSError as error:
            self.notify(f"What is open can't be kept: {error}", severity="warning", markup=False)
            self._workspace_file = None
        self._kept = now

    def watch_files(self) -> None:
        """Ask about files that another program has written."""
        if not self.screen_stack or self.screen.is_modal:
            return
        changed = next((one for one in self._buffers.editors if one.changed_on_disk), None)
        if changed is not None:
            self._offer_reload(changed)

    @work(exclusive=True, group="file")
    async def _offer_reload(self, editor: Editor) -> None:
        loses = "\nYour own changes would be lost, until undone." if editor.unsaved else ""
        question = f"Another program has written {editor.title}.{loses}"
        answers = [("keep", "Keep this text"), ("reload", "Reload")]
        if await self.push_screen_wait(Choice("Changed on disk", question, answers)) != "reload":
            return
        try:
            editor.reload()
        except (OSError, UnicodeDecodeError) as error:
            self.notify(f"{editor.title}: {error}", severity="error", markup=False)

    @work(exclusive=True, group="file")
    async def action_save(self) -> None:
        """Save the program; an untitled one asks for a name."""
        await self._save(self._editor)

    @work(exclusive=True, group="file")
    async def action_open(self) -> None:
        """Open another program."""
        path = await self.push_screen_wait(AskPath("Open"))
        if path is not None:
            self.open_program(path)

    def action_new_buffer(self) -> None:
        """Begin another program."""
        self._buffers.add().focus()

    def action_next_buffer(self, step: int) -> None:
        """Show the next of the open programs."""
        self._show_code()
        self._buffers.show_next(step)
        self._editor.focus()

    @work(exclusive=True, group="file")
    async def action_close_buffer(self) -> None:
        """Close the program, with a question if it is not saved."""
        editor = self._editor
        if await self._may_leave([editor] if editor.unsaved else []):
            self._buffers.close(editor)
            self._editor.focus()

    @work(exclusive=True, group="file")
    async def action_save_as(self) -> None:
        """Save under another name."""
        await self._save(self._editor, ask=True)

    @work(exclusive=True, group="file")
    async def action_save_transcript(self) -> None:
        """Write it as a program, with the answers as comments; as a .txt it is as it stands."""
        path = await self.push_screen_wait(AskPath("Save the transcript", "transcript.lisp"))
        if path is None or not await self._may_replace(path):
            return
        try:
            transcript = self._repl.transcript
            plain = path.suffix == ".txt"
            write_atomically(path, f"{transcript.text}\n" if plain else transcript.as_program())
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", severity="error", markup=False)

    @work(exclusive=True, group="file")
    async def action_save_picture(self) -> None:
        """Write what the screen shows as a picture."""
        picture = self.export_screenshot()
        path = await self.push_screen_wait(AskPath("Save a picture of the screen", "screen.svg"))
        if path is None or not await self._may_replace(path):
            return
        try:
            write_atomically(path, picture)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", severity="error", markup=False)

    @work(exclusive=True, group="file")
    async def action_quit(self) -> None:  # type: ignore[override]
        """Leave, with a question if a program is not saved."""
        if await self._may_leave(self._buffers.unsaved):
            self.keep_workspace(texts=False)
            self._workspace_file = None
            self.exit(0)

    async def _may_leave(self, unsaved: Sequence[Editor]) -> bool:
        if not unsaved:
            return True
        answers = [("save", "Save"), ("discard", "Discard"), ("cancel", "Cancel")]
        changed = "has changes" if len(unsaved) == 1 else "have changes"
        question = f"{names(unsaved)} {changed} that are not saved."
        answer = await self.push_screen_wait(Choice("Unsaved changes", question, answers))
        if answer == "save":
            return all([await self._save(editor) for editor in unsaved])
        return answer == "discard"

    async def _save(self, editor: Editor, ask: bool = False) -> bool:
        path = editor.path
        if path is None or ask:
            path = await self.push_screen_wait(AskPath("Save as", str(path or "")))
        if path is None or not (path == editor.path or await self._may_replace(path)):
            return False
        try:
            editor.save(path)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", severity="error", markup=False)
            return False
        return True

    async def _may_replace(self, path: Path) -> bool:
        if not path.exists():
            return True
        answers = [("replace", "Replace"), ("cancel", "Cancel")]
        question = Choice("Replace", f"{path} exists already.", answers)
        return await self.push_screen_wait(question) == "replace"

    def open_program(self, path: Path) -> None:
        """Open a file in a tab and bring it up."""
        self._show_code()
        try:
            self._buffers.open(path)
        except (OSError, UnicodeDecodeError) as error:
            self.notify(f"{path}: {error}", severity="error", markup=False)
        else:
            self._editor.focus()

    @on(OpenLocation)
    def _open_location(self, message: OpenLocation) -> None:
        """Go to a place in a program, which is opened if it is not; what was typed comes back."""
        editor = self._buffers.editing(message.origin)
        if editor is not None:
            self._buffers.show(editor)
        elif message.origin in self._submitted:
            self._show_code()
            self._repl.prompt.draft(self._submitted[message.origin])
            self._repl.prompt.move_cursor((message.line - 1, max(message.column - 1, 0)))
            return
        elif Path(message.origin).is_file():
            self.open_program(Path(message.origin))
        else:
            self.notify(f"{message.origin} is no file.", markup=False)
            return
        self._show_code()
        self._editor.focus()
        self._editor.go_to(message.line, message.column)

    def _show_code(self) -> None:
        """Bring editor and REPL back where a panel or a zoomed pane stands."""
        self._editor.screen.minimize()
        self._editor.screen.remove_class("-panels")
