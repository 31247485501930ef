"""Completion: tab goes on with the name at the cursor, and shows what else its letters may mean."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workbench.app.choices import Choices, CodeNames, FileNames, Row
from workbench.app.drawable import single_line, visible
from workbench.app.fuzzy import shared_start
from workbench.app.highlight import Vocabulary

if TYPE_CHECKING:
    from workbench.app.code_area import CodeArea

MOST = 50
HIGHEST = 8
WIDEST = 96
PATIENCE = 0.5
"""Seconds after which a folder that does not answer is given up."""
STEPS = {"down": 1, "tab": 1, "up": -1, "shift+tab": -1}


class CompletionRows(OptionList, can_focus=False):
    """The names, one a row."""


class CompletionPopup(Vertical, can_focus=False):
    """The names that fit, at the cursor of the code area that asked, and what the chosen one does.

    The area keeps the focus and hands over the keys that move in the list, take a name or close
    it; any other key is typed, and narrows the list.
    """

    DEFAULT_CSS = """
    CompletionPopup {
        display: none;
        overlay: screen;
        position: absolute;
        constrain: inside inflect;
        background: $panel;
        & CompletionRows {
            height: auto;
            max-height: 8;
            border: none;
            padding: 0;
            background: $panel;
            scrollbar-size-vertical: 1;
            & > .option-list--option { padding: 0 1; }
            & > .option-list--option-highlighted {
                background: $block-cursor-background;
                color: $block-cursor-foreground;
            }
        }
        & #completion-about {
            padding: 0 1;
            background: $surface-lighten-1;
            color: $foreground;
        }
    }
    """

    def __init__(self, vocabulary: Vocabulary, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.vocabulary = vocabulary
        self.programs: Sequence[CodeArea] = ()
        """The open programs, whose functions are offered everywhere."""
        self.area: CodeArea | None = None
        self.names: list[str] = []
        self._choices: Choices | None = None
        self._shown: list[Row] = []
        self._rows = CompletionRows(markup=False)
        self._about = Static(id="completion-about", markup=False)

    def compose(self) -> ComposeResult:
        """The rows over a line or two on the highlighted one."""
        yield self._rows
        yield self._about

    @property
    def about(self) -> str:
        """What is told of the highlighted name."""
        return single_line(self._shown[self._place].about) if self._shown else ""

    @property
    def _place(self) -> int:
        return self._rows.highlighted or 0

    async def offer(self, area: CodeArea) -> bool:
        """Complete as far as the names agree, show what else fits: whether there was a word.

        In a string there is one where a file or folder has a name that fits. A folder that does
        not answer in time rings the bell.
        """
        try:
            choices = await self._choices_at(area)
        except TimeoutError:
            self.app.bell()
            return True
        word = choices.word(area) if choices else None
        if choices is None or word is None:
            return False
        names = choices.fitting(word)
        begun = [name for name in names if name.startswith(word)]
        shared = shared_start(begun[0], begun[-1]) if begun else word
        if shared != word:
            area.replace_before_cursor(len(word), shared)
            names = choices.fitting(shared) if len(begun) > 1 else begun
        if names and names != [shared]:
            self.area, self._choices = area, choices
            self._show(names)
        return bool(names) or isinstance(choices, CodeNames)

    async def _choices_at(self, area: CodeArea) -> Choices | None:
        if area.word:
            programs = [program.scanner for program in self.programs if program is not area]
            return CodeNames(area, self.vocabulary, programs)
        path = area.string_before_cursor
        if path is None:
            return None
        return await asyncio.wait_for(asyncio.to_thread(FileNames, path), PATIENCE)

    def takes_key(self, key: str) -> bool:
        """Handle ``key`` while the list is open; answers whether it was one for the list."""
        if self.area is None:
            return False
        if key in STEPS:
            self._rows.highlighted = (self._place + STEPS[key]) % len(self.names)
        elif key == "enter":
            self._take(self._place)
        elif key == "escape":
            self.close()
        else:
            return False
        return True

    def follow(self) -> None:
        """The text or the cursor has moved: narrow the list, or close it."""
        area, choices = self.area, self._choices
        if area is None or choices is None:
            return
        word = choices.word(area) if area.has_focus else None
        names = [] if word is None else choices.fitting(word)
        if not names or [name for name in names if name.startswith(word or "")] == [word]:
            self.close()
        elif names[:MOST] != self.names:
            self._show(names)

    def close(self) -> None:
        """Put the list away."""
        self.area = self._choices = None
        self.display = False

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(event.option_index)

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._about.update(self.about)

    def _take(self, index: int) -> None:
        area, choices = self.area, self._choices
        self.close()
        word = choices.word(area) if area is not None and choices is not None else None
        if area is not None and word is not None:
            area.replace_before_cursor(len(word), self.names[index])

    def _show(self, names: list[str]) -> None:
        self.names = names[:MOST]
        self._shown = self._choices.rows(self.names) if self._choices else []
        bar = len(self._shown) > HIGHEST
        most = min(WIDEST, self.screen.size.width) - 2 - bar
        sentence = max(Content(single_line(row.about)).cell_length for row in self._shown)
        width = min(max(sentence, *(_row(row).cell_length for row in self._shown), 0), most)
        self._rows.clear_options()
        self._rows.add_options(Option(_row(row, width)) for row in self._shown)
        self._rows.highlighted = 0
        lines = min(-(-sentence // max(width, 1)), 2)
        self._about.styles.height = lines
        self._about.display = bool(sentence)
        self._about.update(self.about)
        self.styles.width = width + 2 + bar
        self.styles.height = min(len(self.names), HIGHEST) + lines
        self.display = True
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Stand under the cursor, or over it where there is no room below."""
        word = self._choices.word(self.area) if self.area and self._choices else None
        if self.area is not None and word is not None:
            x, y = self.area.cursor_screen_offset
            height = self.outer_size.height
            below = y + 1 + height <= self.screen.size.height
            x = max(0, x - len(word) - 1)
            self.absolute_offset = Offset(x, y + 1 if below else y - height)


def _row(row: Row, width: int | None = None) -> Content:
    """The name, its operands, and at the right its kind, in ``width`` cells."""
    operands = visible(row.operands)
    start = Content.assemble(visible(row.name), "  " * bool(operands), (operands, "dim"))
    if width is not None:
        room = width - len(row.kind) - 2
        start = start.truncate(max(room, 1), ellipsis=True, pad=True)
    return Content.assemble(start, "  ", (row.kind, "dim"))
