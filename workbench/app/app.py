"""The workbench on the screen: what stands where, which key does what, which event goes whither.

Left the editor over the REPL, right the panels; on a narrow terminal the panels take turns with
the left side. The app asks its session for everything and never evaluates Lisp itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.filter import LineFilter
from textual.theme import Theme
from textual.widgets import Input, Static, TextArea

from torch_lib.events import Progress
from workbench import resources
from workbench.app import structure
from workbench.app.ascii_filter import AsciiFilter
from workbench.app.ask_line import AskLine
from workbench.app.bridge import DRAINS_PER_SECOND, Bridge
from workbench.app.buffers import Buffers
from workbench.app.code_area import CodeArea
from workbench.app.commands import WorkbenchCommands
from workbench.app.completion import CompletionPopup
from workbench.app.dialogs import Choice
from workbench.app.doc_search import NamesInPalette
from workbench.app.drawable import DRAWABLE, drawable
from workbench.app.editor import Editor
from workbench.app.file_search import FilesInPalette
from workbench.app.find_bar import FindBar
from workbench.app.highlight import Vocabulary
from workbench.app.history import History
from workbench.app.history_search import history_search
from workbench.app.key_line import KeyLine
from workbench.app.keymap import chosen_keymap
from workbench.app.keys import WORKBENCH_KEYS
from workbench.app.panel_area import PanelArea
from workbench.app.panels.base import (
    Compare,
    Define,
    EvaluateSource,
    Inspect,
    InterruptRequested,
    Measure,
    Pin,
    ShowAttention,
)
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.loss import LossPanel
from workbench.app.panels.runs import RunStore
from workbench.app.panes import PanesApp
from workbench.app.repl import Prompt, Repl
from workbench.app.scanner import scan
from workbench.app.settings_file import save_theme
from workbench.app.shell_line import ShellLines, shell_command
from workbench.app.status_line import StatusLine, call_hint
from workbench.app.theme_folder import SECONDS, ThemeFolder
from workbench.app.themes import DARK, LIGHT, chosen_theme, load_themes
from workbench.app.workspace import Workspace, load_workspace
from workbench.folders import config_file, history_file, runs_folder, theme_folder
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    EvaluationStarted,
    Event,
    InputRequested,
    LibraryLoaded,
    SessionRestarted,
    SessionUnresponsive,
    TorchStateChanged,
    VariablesChanged,
)
from workbench.runtime.session import Session
from workbench.settings import load_settings

SUBMITTED_KEPT = 500
"""Inputs of the prompt that the frames of an error can lead back to."""


class Workbench(PanesApp):
    """The app around one session.

    Args:
        session: The evaluator; the app closes it when it ends.
        path: The program to open, which need not exist yet.
        workspace: The file that keeps what is open; without one nothing is kept. With a ``path``
            only unsaved text comes back from it.
        ascii: Draw with ASCII characters, whatever the settings say.
    """

    TITLE = "LispE Workbench"
    CSS_PATH = "workbench.tcss"
    COMMANDS: ClassVar = {WorkbenchCommands, NamesInPalette, FilesInPalette}
    HORIZONTAL_BREAKPOINTS = [(0, "-cramped"), (60, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-short")]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*WORKBENCH_KEYS]

    def __init__(
        self,
        session: Session,
        path: Path | None = None,
        workspace: Path | None = None,
        *,
        ascii: bool = False,
    ) -> None:
        self._ascii_filter: AsciiFilter | None = None
        self._theme_folder = ThemeFolder(theme_folder())
        own_themes, self._warnings = self._theme_folder.changes()
        themes = load_themes(resources.themes())[0] + own_themes
        configuration = load_settings(config_file())
        settings = configuration.settings
        palettes = {theme.name: theme.variables for theme in themes}
        self._palettes = {True: palettes[DARK], False: palettes[LIGHT]}
        super().__init__()
        if ascii or settings.screen.ascii:
            self._ascii_filter = AsciiFilter()
        self.editing = settings.editor
        self._still = settings.screen.reduced_motion
        if self._still:
            self.animation_level = "none"
        self.session = session
        self._workspace_file = workspace
        self._kept = load_workspace(workspace) if workspace else Workspace()
        self._restored = False
        self.bridge = Bridge()
        session.subscribe(self.bridge.put)
        self.vocabulary = Vocabulary()
        self.pending: set[EvaluationId] = set()
        self._inputs = 0
        self._submitted = {}
        self._attended_to = ""
        self._asked_to_stop = False
        self._restart_question: Choice | None = None
        self._popup = CompletionPopup(self.vocabulary, id="completion")
        self._buffers = Buffers(self.vocabulary, self._popup, path, id="buffers")
        self._popup.programs = self._buffers.editors
        self._find_bar = FindBar(id="find-bar")
        history = History(history_file(), Path.cwd(), settings.repl.history_size)
        self._repl = Repl(self.vocabulary, history, id="repl")
        self._repl.transcript.most_lines = settings.repl.output_lines_kept
        self._repl.prompt.popup = self._popup
        self._repl.prompt.shell_lines = settings.repl.shell_lines
        self._shell = ShellLines(self.bridge.put)
        self._panels = PanelArea("" if path else self._kept.panel, id="panels")
        self._panels.panel(LossPanel).store = RunStore(runs_folder())
        self._panels.panel(GenerationPanel).models = settings.models
        self._work, self._code = Horizontal(id="work"), Vertical(id="code")
        self._share_out(self._kept.shares)
        self._status = StatusLine(still=self._still, id="status")
        self._warnings += configuration.mistakes
        for theme in themes:
            self.register_theme(theme)
        chosen, unknown = chosen_theme(settings.theme, self.available_themes)
        keymap, wrong_keys = chosen_keymap(settings.keys)
        self._warnings += [f"{configuration.file.name}: {told}" for told in unknown + wrong_keys]
        self.set_keymap(keymap)
        self.theme = self._remembered = chosen

    def compose(self) -> ComposeResult:
        """Everything, once; the size of the terminal decides by classes what is seen."""
        yield Static(Content.assemble((" λ ", "bold $accent"), "LispE Workbench"), id="heading")
        with self._work:
            with self._code:
                yield self._buffers
                yield self._find_bar
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
        self.set_interval(1 / DRAINS_PER_SECOND, self.drain)
        (self._editor if self._editor.path else self._repl.prompt).focus()
        self.begin_keeping()
        self.set_interval(SECONDS, self._reload_themes)
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        for warning in self._warnings:
            self.notify(warning, severity="warning", markup=False)

    def on_unmount(self) -> None:
        """End the evaluator."""
        self.session.close()
        self._shell.stop()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Syntax and plot colours for themes that are not ours: those of our dark or light one."""
        names = ("syntax-", "plot-")
        palette = self._palettes[self.current_theme.dark]
        return {name: colour for name, colour in palette.items() if name.startswith(names)}

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What changes every line on its way to the terminal."""
        filters = [DRAWABLE, *super().get_line_filters()]
        return filters if self._ascii_filter is None else [*filters, self._ascii_filter]

    def notify(self, message: str, **options: Any) -> None:
        """Show a message, whatever is in it: never as markup."""
        super().notify(drawable(message), **{**options, "markup": False})

    def _theme_chosen(self, theme: Theme) -> None:
        if theme.name != self._remembered:
            self._remembered = theme.name
            with suppress(OSError, UnicodeDecodeError):
                save_theme(config_file(), theme.name)

    def _reload_themes(self) -> None:
        """Take over what the user wrote into a theme file; the one in use is drawn anew."""
        themes, warnings = self._theme_folder.changes()
        for theme in themes:
            self.register_theme(theme)
            if theme.name == self.theme:
                self._watch_theme(theme.name)
        for warning in warnings:
            self.notify(warning, severity="warning", markup=False)

    def drain(self) -> None:
        """Take what the session has told since the last time, as long as there is a screen."""
        if not (self.is_running and self.screen_stack):
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
                editor = self._buffers.editing(error.origin)
                if editor is not None:
                    editor.mark_error(error)
            case LibraryLoaded(_, definitions):
                self.vocabulary.learn(definitions)
                for area in (*self._buffers.editors, self._repl.prompt):
                    area.repaint()
            case VariablesChanged(variables):
                self.vocabulary.variables = {variable.name: variable for variable in variables}
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
                self.vocabulary.functions.clear()
                self.pending.clear()
                self._settle()
        for editor in self._buffers.editors:
            editor.hear(event)
        self._repl.receive(event)

    def _evaluate(self, source: str, origin: str) -> EvaluationId:
        self._repl.transcript.follow()
        identifier = self.session.evaluate(source, origin)
        self._repl.began(identifier)
        self.pending.add(identifier)
        self.refresh_bindings()
        return identifier

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
        """Whether ``action`` makes sense now."""
        allowed = super().check_action(action, parameters)
        if action == "interrupt":
            return allowed and (bool(self.pending) or self._shell.busy)
        if action == "run_buffer":
            return allowed and not self.pending
        return allowed

    @on(Prompt.Submitted)
    def _submit(self, message: Prompt.Submitted) -> None:
        command = shell_command(message.source) if self._repl.prompt.shell_lines else None
        self._repl.echo(message.source, program=command is None)
        if command is not None:
            self._run_command(command)
            return
        self.vocabulary.functions |= structure.usages(scan(message.source))
        self._inputs += 1  # the errors of a function name the input that defined it
        origin = f"<repl {self._inputs}>"
        self._submitted[origin] = message.source
        self._submitted.pop(f"<repl {self._inputs - SUBMITTED_KEPT}>", None)
        self._evaluate(message.source, origin)

    @work(group="shell")
    async def _run_command(self, command: str) -> None:
        self._repl.transcript.follow()
        self.call_later(self.refresh_bindings)  # when it is under way
        status = await self._shell.run(command)
        self.drain()
        if status:
            self._repl.transcript.note(f"exit status {status}")
        self.refresh_bindings()

    @on(Prompt.HistoryWanted)
    def _search_history(self) -> None:
        found = history_search(self._repl.prompt.entries, self._repl.prompt.recall)
        self.push_screen(CommandPalette([found], placeholder="Search what was submitted…"))

    @on(Prompt.Answered)
    def _answer(self, message: Prompt.Answered) -> None:
        request = self._repl.answered(message.text)
        if request is not None:
            self.session.answer(request, message.text)

    @on(Editor.EvaluationWanted)
    def _evaluate_form(self, message: Editor.EvaluationWanted) -> None:
        self._editor.clear_error()
        self._repl.echo(message.shown)
        message.mark.evaluation = self._evaluate(message.source, self._editor.origin)

    @on(Editor.PromptWanted)
    def _edit_at_prompt(self, message: Editor.PromptWanted) -> None:
        self._show_code()
        self._repl.prompt.draft(message.source)

    @on(Editor.FindWanted)
    def _find(self, message: Editor.FindWanted) -> None:
        self._find_bar.open(message.editor)

    @on(Buffers.Shown)
    def _find_there(self, message: Buffers.Shown) -> None:
        self._find_bar.look_in(message.editor)

    @on(Editor.FindEnded)
    def _end_find(self) -> None:
        self._find_bar.action_close()

    @on(EvaluateSource)
    def _evaluate_for_panel(self, message: EvaluateSource) -> None:
        self._repl.transcript.note(message.note)
        self._evaluate(message.source, message.origin)

    def action_run_buffer(self) -> None:
        """Evaluate the whole program."""
        self._editor.clear_error()
        self._editor.clear_results()
        self._repl.transcript.note(f"run {self._editor.title}")
        self._evaluate(self._editor.text, self._editor.origin)

    @on(InterruptRequested)
    def action_interrupt(self) -> None:
        """Stop what runs; asked a second time, offer a fresh evaluator."""
        self._shell.stop()
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

    def action_clear_transcript(self) -> None:
        """Empty the transcript."""
        self._repl.transcript.clear()

    def action_show_all_output(self) -> None:
        """Show the lines that the transcript has left out last."""
        if not self._repl.transcript.show_all():
            self.notify("Nothing was left out, or it is kept no more.", markup=False)

    @on(Inspect)
    def _inspect(self, message: Inspect) -> None:
        self.session.inspect(message.handle, message.window, message.trail)

    @on(Pin)
    def _pin(self, message: Pin) -> None:
        self.session.pin(message.handle, message.trail)

    @on(Compare)
    def _compare(self, message: Compare) -> None:
        self.session.compare(message.handle, message.trail, message.other)

    @on(Measure)
    def _measure(self, message: Measure) -> None:
        self.pending.add(self.session.measure(message.handle, message.trail, message.other))
        self.refresh_bindings()

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
        question = (
            f"What shall {message.title} read? An expression, or a text in quotes where it "
            "has a tokenizer."
        )
        source = await self.push_screen_wait(AskLine("Attention", question, self._attended_to))
        if source:
            self._attended_to = source
            self._repl.transcript.note(f"attention of {message.title} to {source}")
            self.pending.add(self.session.attend(message.handle, message.trail, source))
            self.refresh_bindings()

    @on(TextArea.SelectionChanged)
    @on(TextArea.Changed)
    def _follow_cursor(self, message: TextArea.SelectionChanged | TextArea.Changed) -> None:
        area = message.text_area
        if area is self._find_bar.editor and self._find_bar.has_focus_within:
            self._status.place, self._status.at_prompt = area.cursor_location, False
        if isinstance(area, CodeArea) and area.has_focus:
            self._popup.follow()
            self._tell_place(area)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The status line speaks of the code area that has the focus."""
        if self._still and isinstance(event.widget, TextArea | Input):
            event.widget.cursor_blink = False
        if isinstance(event.widget, CodeArea):
            self._tell_place(event.widget)

    def _tell_place(self, area: CodeArea) -> None:
        self._status.place = area.cursor_location
        self._status.at_prompt = area is self._repl.prompt
        call = area.call
        usage = self._usage(call.head) if call else None
        self._status.hint = call_hint(usage, call) if call and usage else Content("")

    def _usage(self, name: str) -> str | None:
        """How ``name`` is called: as the editor, the prompt or the language defines it."""
        written = structure.usage_of(self._editor.scanner, name)
        known = self.vocabulary.definitions.get(name)
        submitted = self.vocabulary.functions.get(name)
        return written or submitted or (known.usage if known else None)

    @on(TextArea.Changed)
    @on(Editor.FileChanged)
    @on(Buffers.Shown)
    def _check_comments(self) -> None:
        self._status.hidden_from = structure.comment_hides_code(self._editor.scanner)

    @on(Editor.FileChanged)
    @on(Buffers.Shown)
    def _name_panes(self) -> None:
        self._status.file = self._editor.title
        self._status.unsaved = self._editor.unsaved
        self._buffers.rename()
        self._repl.border_title = Content("REPL")
