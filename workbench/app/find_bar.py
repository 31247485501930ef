"""The bar under the editor that finds words and puts others in their place."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from workbench.app.editor import Editor
from workbench.app.keymap import key_of
from workbench.app.line_input import LineInput
from workbench.app.search import PatternError, Search

PAUSE = 0.15
KEYS = (
    ("find.previous", "previous"),
    ("find.case", "case"),
    ("find.pattern", "pattern"),
    ("find.replace", "replace"),
    ("find.replace-all", "all"),
    ("find.close", "close"),
)


class FindBar(Vertical):
    """Two lines to type in, over the matches of the editor that asked for it."""

    ABOUT: ClassVar[tuple[str, str]] = (
        "Find and replace",
        "Enter goes to the next match; in the second line it replaces the one that is selected. "
        "As a regular expression, what is found can be put back by its groups: \\1 or \\g<name>; "
        "a match reaches over several lines where the expression names their ends: \\n.",
    )
    DEFAULT_CSS = """
    FindBar {
        display: none;
        height: auto;
        background: $panel;
        padding: 0 1;
        & Horizontal { height: 1; }
        & Static { width: auto; height: 1; color: $text-muted; }
        & .find--label { width: 9; }
        & Input {
            width: 1fr;
            height: 1;
            padding: 0 1;
            background: $surface;
        }
        & #find-case, & #find-pattern { margin-left: 1; }
        & #find-case.-on, & #find-pattern.-on { color: $accent; text-style: bold underline; }
        & #find-count { min-width: 14; margin-left: 1; }
        & #find-count.-none, & #find-keys.-mistake { color: $text-warning; }
        & #find-keys { width: 1fr; height: auto; max-height: 2; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down",
            "find(1)",
            "Next match",
            id="find.next",
            tooltip="Go to the next match, as enter does",
            show=False,
        ),
        Binding(
            "up",
            "find(-1)",
            "Previous match",
            id="find.previous",
            tooltip="Go to the match before",
            show=False,
        ),
        Binding(
            "tab,shift+tab",
            "change_line",
            "Other line",
            id="find.line",
            tooltip="Go from the words to what replaces them and back",
            show=False,
            priority=True,
        ),
        Binding(
            "alt+c",
            "toggle_case",
            "Upper and lower case",
            id="find.case",
            tooltip="Tell upper from lower case, or not",
            show=False,
        ),
        Binding(
            "alt+e",
            "toggle_pattern",
            "Regular expression",
            id="find.pattern",
            tooltip="Find a regular expression, or words; \\1 puts its first group back",
            show=False,
        ),
        Binding(
            "alt+r",
            "replace",
            "Replace",
            id="find.replace",
            tooltip="Replace this match and go to the next, as enter in the second line does",
            show=False,
        ),
        Binding(
            "alt+a",
            "replace_all",
            "Replace all",
            id="find.replace-all",
            tooltip="Replace all matches; one undo brings them back",
            show=False,
        ),
        Binding(
            "escape",
            "close",
            "Close",
            id="find.close",
            tooltip="Close the bar and return to the editor",
            show=False,
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.editor: Editor | None = None
        self.cased = self.pattern = False
        self._words = LineInput(id="find-words", compact=True)
        self._replacement = LineInput(id="find-replacement", compact=True)
        self._case = Static("Aa", id="find-case", markup=False)
        self._pattern = Static(".*", id="find-pattern", markup=False)
        self._keys = Static("", id="find-keys", markup=False)
        self._count = Static("", id="find-count", markup=False)
        self._replaced: tuple[object, object, str] = (None, None, "")
        self._recount: Timer | None = None

    def compose(self) -> ComposeResult:
        """What to find, with the count of matches; what to put there, with the keys."""
        with Horizontal():
            yield Static("Find", classes="find--label")
            yield self._words
            yield self._case
            yield self._pattern
            yield self._count
        with Horizontal():
            yield Static("Replace", classes="find--label")
            yield self._replacement
        yield self._keys

    def open(self, editor: Editor) -> None:
        """Look for words in ``editor``; what is selected there is a first suggestion."""
        self.display = True
        suggestion = editor.selected_text
        if suggestion and "\n" not in suggestion:
            self._words.value = suggestion
        self.look_in(editor)
        self._words.focus()

    def look_in(self, editor: Editor) -> None:
        """Go on in ``editor`` if the bar is open."""
        if not self.display:
            return
        if self.editor is not None and self.editor is not editor:
            self.editor.look_for(None)
        self.editor = editor
        self.watch(editor, "selection", self._follow, init=False)
        editor.look_for(self._wanted)
        self._tell()

    def action_close(self) -> None:
        """Put the bar away and return to the editor."""
        self.put_away()
        if self.editor is not None:
            self.editor.focus()

    def put_away(self) -> None:
        """Hide the bar, and the marks of its matches."""
        self.display = False
        if self.editor is not None:
            self.editor.look_for(None)

    def action_change_line(self) -> None:
        """Go to the other line, at once: keys that came in one go with this one follow."""
        words = self._words.has_focus
        self.screen.set_focus(self._replacement if words else self._words)

    def action_find(self, step: int) -> None:
        """Go to the next match, or with -1 to the one before."""
        if self.editor is not None and not self.editor.find(step):
            self.app.bell()

    def action_toggle_case(self) -> None:
        """Tell upper from lower case, or not."""
        self.cased = not self.cased
        self._case.set_class(self.cased, "-on")
        self._search()

    def action_toggle_pattern(self) -> None:
        """Read what is looked for as a regular expression, or as words."""
        self.pattern = not self.pattern
        self._pattern.set_class(self.pattern, "-on")
        self._search()

    def action_replace(self) -> None:
        """Replace the match that is selected and go to the next."""
        if self.editor is None:
            return
        try:
            found = self.editor.replace_match(self._replacement.value)
        except PatternError as error:
            self._complain(str(error))
            found = False
        if not found:
            self.app.bell()

    def action_replace_all(self) -> None:
        """Replace all matches as one change."""
        if self.editor is None:
            return
        try:
            count = self.editor.replace_all(self._replacement.value)
        except PatternError as error:
            self._complain(str(error))
            count = 0
        if count:
            state, selection = self.editor.search_state, self.editor.selection
            self._replaced = (state, selection, f"{count:,} replaced")
            self._tell()
        else:
            self.app.bell()

    @on(Input.Changed, "#find-words")
    def _words_changed(self) -> None:
        if self.display:
            self._search()

    @on(Input.Submitted, "#find-words")
    def _words_submitted(self) -> None:
        self.action_find(1)

    @on(Input.Submitted, "#find-replacement")
    def _replacement_submitted(self) -> None:
        self.action_replace()

    @on(Input.Changed, "#find-replacement")
    def _replacement_changed(self) -> None:
        self._complain("")

    @property
    def _wanted(self) -> Search:
        return Search(self._words.value, self.cased, self.pattern)

    def _complain(self, mistake: str) -> None:
        """Say what is wrong; where nothing is, what the keys do."""
        self._keys.set_class(bool(mistake), "-mistake")
        keys = Content("  ").join(
            Content.assemble((key_of(self.app, bound), "bold $accent"), f" {what}")
            for bound, what in KEYS
        )
        self._keys.update(Content(mistake) if mistake else keys)

    def _search(self) -> None:
        """Show the matches of what is typed, and go to the first from where the cursor is."""
        if self.editor is not None:
            self.editor.look_for(self._wanted)
            self.editor.find(0)
            self._tell()

    def _follow(self) -> None:
        """The cursor has moved: another match may be selected. Edits are counted after a pause."""
        if not self.display or self.editor is None:
            return
        if self.editor.matches_are_known:
            self._tell()
        elif self._recount is None:
            self._recount = self.set_timer(PAUSE, self._count_again)

    def _count_again(self) -> None:
        self._recount = None
        self._tell()

    def _tell(self) -> None:
        if self.editor is None:
            return
        matches = self.editor.matches
        mistake = self.editor.search_mistake
        self._complain(mistake)
        number = self.editor.match_number
        *replaced, words = self._replaced
        if replaced != [self.editor.search_state, self.editor.selection]:
            words = f"{number or '–'} of {len(matches):,}" if matches else "no match"
        words = words if self._words.value and not mistake else ""
        self._count.set_class(not matches and bool(self._words.value), "-none")
        self._count.update(Content(words))
