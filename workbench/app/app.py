"""The workbench on the screen: what stands where, which key does what, which event goes whither.

Left the editor over the REPL, right the panels; on a narrow terminal the panels take turns with
the left side. The app asks its session for everything and never evaluates Lisp itself.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events, on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.theme import Theme
from textual.widgets import Static, TextArea

from torch_lib.events import Progress
from workbench import resources
from workbench.app import structure
from workbench.app.ask_line import AskLine
from workbench.app.bridge import DRAINS_PER_SECOND, Bridge
from workbench.app.code_area import CodeArea
from workbench.app.commands import WorkbenchCommands, help_page
from workbench.app.completion import CompletionPopup
from workbench.app.dialogs import AskPath, Choice, Help
from workbench.app.editor import Editor
from workbench.app.highlight import Vocabulary
from workbench.app.history import History
from workbench.app.key_line import KeyLine
from workbench.app.keys import WORKBENCH_KEYS
from workbench.app.panel_area import PanelArea
from workbench.app.panels.base import (
    Compare,
    Define,
    Inspect,
    InterruptRequested,
    OpenLocation,
    Panel,
    Pin,
    ShowAttention,
)
from workbench.app.repl import Prompt, Repl
from workbench.app.settings import (
    config_file,
    history_file,
    load_settings,
    save_theme,
    user_themes,
)
from workbench.app.status_line import StatusLine, call_hint
from workbench.app.themes import DARK, load_themes
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    EvaluationStarted,
    Event,
    InputRequested,
    LibraryLoaded,
    Session,
    SessionRestarted,
    SessionUnresponsive,
    TorchStateChanged,
    VariablesChanged,
)


class Workbench(App[int]):
    """The app around one session.

    Args:
        session: The evaluator; the app closes it when it ends.
        path: The program to open, which need not exist yet.
    """

    TITLE = "LispE Workbench"
    CSS_PATH = "workbench.tcss"
    COMMANDS: ClassVar = {WorkbenchCommands}
    HORIZONTAL_BREAKPOINTS = [(0, "-cramped"), (60, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-short")]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*WORKBENCH_KEYS]

    def __init__(self, session: Session, path: Path | None = None) -> None:
        themes, self._warnings = load_themes([*resources.themes(), *user_themes()])
        self._palettes = {theme.dark: theme.variables for theme in reversed(themes)}
        super().__init__()
        self.session = session
        self.bridge = Bridge()
        session.subscribe(self.bridge.put)
        self.vocabulary = Vocabulary()
        self.pending: set[EvaluationId] = set()
        self._inputs = 0
        self._asked_to_stop = False
        self._restart_question: Choice | None = None
        self._popup = CompletionPopup(self.vocabulary, id="completion")
        self._editor = Editor(self.vocabulary, path, id="editor")
        self._repl = Repl(self.vocabulary, History(history_file()), id="repl")
        self._editor.popup = self._repl.prompt.popup = self._popup
        self._panels = PanelArea(id="panels")
        self._status = StatusLine(id="status")
        self._settings, mistakes = load_settings(config_file())
        self._warnings += mistakes
        for theme in themes:
            self.register_theme(theme)
        chosen = self._settings.theme
        if chosen not in self.available_themes:
            self._warnings.append(f"there is no theme '{chosen}'")
            chosen = DARK
        self.theme = chosen

    def compose(self) -> ComposeResult:
        """Everything, once; the size of the terminal decides by classes what is seen."""
        yield Static(Content.assemble((" λ ", "bold $accent"), "LispE Workbench"), id="heading")
        with Horizontal(id="work"):
            with Vertical(id="code"):
                yield self._editor
                yield self._repl
            yield self._panels
        yield Static("This terminal is too small: 60 by 16 is the least.", id="too-small")
        yield self._popup
        yield self._status
        yield KeyLine(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the editor, or at the prompt where there is no file."""
        self._name_panes()
        self._check_comments()
        (self._editor if self._editor.path else self._repl.prompt).focus()
        self.set_interval(1 / DRAINS_PER_SECOND, self.drain)
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        for warning in self._warnings:
            self.notify(warning, severity="warning", markup=False)

    def on_unmount(self) -> None:
        """End the evaluator."""
        self.session.close()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Syntax and plot colours for themes that are not ours: those of our dark or light one."""
        names = ("syntax-", "plot-")
        palette = self._palettes[self.current_theme.dark]
        return {name: colour for name, colour in palette.items() if name.startswith(names)}

    def _theme_chosen(self, theme: Theme) -> None:
        with suppress(OSError):
            save_theme(config_file(), theme.name)

    def get_key_display(self, binding: Binding) -> str:
        """Keys as they stand on a keyboard: F5, ^r."""
        shown = super().get_key_display(binding)
        return shown.upper() if shown.startswith("f") and shown[1:].isdigit() else shown

    def drain(self) -> None:
        """Take what the session has told since the last time, as long as there is a screen."""
        if not self.screen_stack:
            return
        batch = self.bridge.drain()
        for event in batch:
            self._hear(event)
        if batch:
            self._panels.receive(batch)

    def _hear(self, event: Event) -> None:
        match event:
            case EvaluationStarted():
                self._status.started = monotonic()
            case EvaluationFinished() | EvaluationInterrupted():
                self._ended(event.id)
            case EvaluationFailed(identifier, error, _):
                self._ended(identifier)
                if error.origin == self._editor.origin:
                    self._editor.mark_error(error)
            case LibraryLoaded(_, definitions):
                self.vocabulary.learn(definitions)
                self._editor.repaint()
                self._repl.prompt.repaint()
            case VariablesChanged(variables):
                self.vocabulary.variables = {variable.name for variable in variables}
            case TorchStateChanged(state):
                self._status.torch = state
            case Progress(_, done, total):
                self._status.progress = None if done == total else event
            case InputRequested():
                self._show_code()
            case SessionUnresponsive():
                self._status.stuck = True
                self._offer_restart()
            case SessionRestarted():
                self.pending.clear()
                self._settle()
        self._repl.receive(event)

    def _evaluate(self, source: str, origin: str) -> None:
        self.pending.add(self.session.evaluate(source, origin))
        self.refresh_bindings()

    def _ended(self, identifier: EvaluationId) -> None:
        self.pending.discard(identifier)
        if not self.pending:
            self._settle()

    def _settle(self) -> None:
        """Nothing runs any more."""
        self._asked_to_stop = False
        self._status.started = None
        if self._restart_question is self.screen:
            self._restart_question.dismiss("wait")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether ``action`` makes sense now; none of ours while a question is open."""
        asking = self.screen.is_modal and not isinstance(self.screen, CommandPalette)
        if asking and any(action == key.action for key in WORKBENCH_KEYS):
            return False
        if action == "interrupt":
            return bool(self.pending)
        if action == "run_buffer":
            return not self.pending
        return super().check_action(action, parameters)

    @on(Prompt.Submitted)
    def _submit(self, message: Prompt.Submitted) -> None:
        self._repl.transcript.echo(message.source)
        self._inputs += 1  # the errors of a function name the input that defined it
        self._evaluate(message.source, f"<repl {self._inputs}>")

    @on(Prompt.Answered)
    def _answer(self, message: Prompt.Answered) -> None:
        request = self._repl.answered(message.text)
        if request is not None:
            self.session.answer(request, message.text)

    @on(Editor.EvaluationWanted)
    def _evaluate_form(self, message: Editor.EvaluationWanted) -> None:
        self._editor.clear_error()
        self._repl.transcript.echo(message.shown)
        self._evaluate(message.source, self._editor.origin)

    def action_run_buffer(self) -> None:
        """Evaluate the whole program."""
        self._editor.clear_error()
        self._repl.transcript.note(f"run {self._editor.title}")
        self._evaluate(self._editor.text, self._editor.origin)

    @on(InterruptRequested)
    def action_interrupt(self) -> None:
        """Stop what runs; asked a second time, offer a fresh evaluator."""
        if self._asked_to_stop:
            self._offer_restart()
        elif self.pending:
            self._asked_to_stop = True
            self.session.interrupt()

    @work(exclusive=True, group="restart")
    async def _offer_restart(self) -> None:
        question = (
            "The program does not answer the request to stop.\n"
            "A fresh evaluator ends it; definitions and variables are lost, the text is not."
        )
        answers = [("restart", "Restart"), ("wait", "Wait")]
        self._restart_question = Choice("No answer", question, answers)
        if await self.push_screen_wait(self._restart_question) == "restart":
            self.session.restart()

    def action_submit(self) -> None:
        """Submit what stands at the prompt; the reader says what is missing."""
        self._repl.prompt.submit()

    def action_restart(self) -> None:
        """Replace the evaluator by a fresh one."""
        self.session.restart()

    def action_switch_focus(self) -> None:
        """From the editor to the prompt, from anywhere else to the editor."""
        self._show_code()
        (self._repl.prompt if self._editor.has_focus else self._editor).focus()

    def action_panels(self) -> None:
        """To the panels, or from them back to the editor."""
        within = self._panels.has_focus_within
        self._show_code()
        if within:
            self._editor.focus()
        else:
            self.screen.add_class("-panels")
            self._panels.current.focus()

    def _show_code(self) -> None:
        """Bring editor and REPL back where a panel or a zoomed pane stands."""
        self._editor.screen.minimize()
        self._editor.screen.remove_class("-panels")

    def action_next_panel(self, step: int) -> None:
        """Bring another panel up."""
        self.screen.add_class("-panels")
        self._panels.show_next(step)

    def action_zoom(self) -> None:
        """Let the pane with the focus fill the screen, or shrink it again."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        elif self.focused is not None:
            around = self.focused.ancestors_with_self
            pane = next((node for node in around if isinstance(node, Editor | Repl | Panel)), None)
            if pane is not None:
                self.screen.maximize(pane, container=False)

    def action_clear_transcript(self) -> None:
        """Empty the transcript."""
        self._repl.transcript.clear()

    def action_help(self) -> None:
        """Show the name at the cursor and the keys."""
        area = self.focused if isinstance(self.focused, CodeArea) else None
        definition = self.vocabulary.definitions.get(area.name_at_cursor if area else "")
        self.push_screen(Help("Help", help_page(self.screen, definition)))

    @work(exclusive=True, group="file")
    async def action_save(self) -> None:
        """Save the program; an untitled one asks for a name."""
        await self._save()

    @work(exclusive=True, group="file")
    async def action_open(self) -> None:
        """Open another program, with a question if this one is not saved."""
        if await self._may_leave():
            path = await self.push_screen_wait(AskPath("Open"))
            if path is not None:
                self._open(path)

    @work(exclusive=True, group="file")
    async def action_save_as(self) -> None:
        """Save under another name."""
        await self._save(ask=True)

    @work(exclusive=True, group="file")
    async def action_quit(self) -> None:  # type: ignore[override]
        """Leave, with a question if the program is not saved."""
        if await self._may_leave():
            self.exit(0)

    async def _may_leave(self) -> bool:
        if not self._editor.unsaved:
            return True
        answers = [("save", "Save"), ("discard", "Discard"), ("cancel", "Cancel")]
        question = f"{self._editor.title} has changes that are not saved."
        answer = await self.push_screen_wait(Choice("Unsaved changes", question, answers))
        return answer == "discard" or (answer == "save" and await self._save())

    async def _save(self, ask: bool = False) -> bool:
        path = self._editor.path
        if path is None or ask:
            path = await self.push_screen_wait(AskPath("Save as", str(path or "")))
        if path is None or not await self._may_replace(path):
            return False
        try:
            self._editor.save(path)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", severity="error", markup=False)
            return False
        return True

    async def _may_replace(self, path: Path) -> bool:
        if path == self._editor.path or not path.exists():
            return True
        answers = [("replace", "Replace"), ("cancel", "Cancel")]
        question = Choice("Replace", f"{path} exists already.", answers)
        return await self.push_screen_wait(question) == "replace"

    def _open(self, path: Path) -> None:
        try:
            self._editor.open(path)
        except (OSError, UnicodeDecodeError) as error:
            self.notify(f"{path}: {error}", severity="error", markup=False)
        else:
            self._editor.focus()

    @on(Inspect)
    def _inspect(self, message: Inspect) -> None:
        self.session.inspect(message.handle, message.window, message.trail)

    @on(Pin)
    def _pin(self, message: Pin) -> None:
        self.session.pin(message.handle, message.trail)

    @on(Compare)
    def _compare(self, message: Compare) -> None:
        self.session.compare(message.handle, message.trail, message.other)

    @on(Define)
    @work(exclusive=True, group="inspector")
    async def _define(self, message: Define) -> None:
        name = await self.push_screen_wait(AskLine("Define a variable", "Its name:"))
        if name:
            self._repl.transcript.note(f"{name} holds what the inspector shows")
            self.pending.add(self.session.define(name, message.handle, message.trail))
            self.refresh_bindings()

    @on(ShowAttention)
    @work(exclusive=True, group="inspector")
    async def _show_attention(self, message: ShowAttention) -> None:
        question = f"Attention scores of {message.name}: the variable of its input, layer, head"
        rest = await self.push_screen_wait(AskLine("Attention", question, "input 0 0"))
        if rest:
            source = f"(torch_attention_scores {message.name} {rest})"
            self._repl.transcript.echo(source)
            self._evaluate(source, "<inspector>")

    @on(OpenLocation)
    def _open_location(self, message: OpenLocation) -> None:
        """Go to a place in the editor; another file is opened if this one is saved."""
        if message.origin != self._editor.origin:
            path = Path(message.origin)
            if self._editor.unsaved or not path.is_file():
                self.notify(f"{message.origin} is not in the editor.", markup=False)
                return
            self._open(path)
        self._show_code()
        self._editor.focus()
        self._editor.go_to(message.line, message.column)

    @on(TextArea.SelectionChanged)
    @on(TextArea.Changed)
    def _follow_cursor(self, message: TextArea.SelectionChanged | TextArea.Changed) -> None:
        area = message.text_area
        if isinstance(area, CodeArea) and area.has_focus:
            self._popup.follow()
            self._tell_place(area)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The status line speaks of the code area that has the focus."""
        if isinstance(event.widget, CodeArea):
            self._tell_place(event.widget)

    def _tell_place(self, area: CodeArea) -> None:
        self._status.place = area.cursor_location
        call = area.call
        usage = self._usage(call.head) if call else None
        self._status.hint = call_hint(usage, call) if call and usage else Content("")

    def _usage(self, name: str) -> str | None:
        """How ``name`` is called: as the program in the editor defines it, or the language."""
        written = structure.usage_of(self._editor.scanner, name)
        known = self.vocabulary.definitions.get(name)
        return written or (known.usage if known else None)

    @on(TextArea.Changed, "#editor")
    @on(Editor.FileChanged)
    def _check_comments(self) -> None:
        self._status.hidden_from = structure.comment_hides_code(self._editor.scanner)

    @on(Editor.FileChanged)
    def _name_panes(self) -> None:
        self._status.file = self._editor.title
        self._status.unsaved = self._editor.unsaved
        mark = " ●" if self._editor.unsaved else ""
        self._editor.border_title = Content(self._editor.title + mark)
        self._repl.border_title = Content("REPL")
