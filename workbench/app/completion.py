"""Completion: tab offers the names that begin as the one at the cursor does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workbench.app.drawable import visible
from workbench.app.highlight import Vocabulary
from workbench.app.scanner import Scanner

if TYPE_CHECKING:
    from workbench.app.code_area import CodeArea

MOST = 50
STEPS = {"down": 1, "tab": 1, "up": -1, "shift+tab": -1}


class CompletionPopup(OptionList, can_focus=False):
    """The names that fit, at the cursor of the code area that asked.

    The area keeps the focus and hands over the keys that move in the list, take a name or close
    it; any other key is typed, and narrows the list.
    """

    DEFAULT_CSS = """
    CompletionPopup {
        display: none;
        overlay: screen;
        position: absolute;
        constrain: inside inflect;
        width: auto;
        max-width: 72;
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
    """

    def __init__(self, vocabulary: Vocabulary, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.vocabulary = vocabulary
        self.area: CodeArea | None = None
        self.names: list[str] = []

    def offer(self, area: CodeArea) -> None:
        """Complete as far as the names agree; show them where there are several."""
        names = candidates(area.word, self.vocabulary, area.scanner)
        if not names:
            return
        shared = shared_start(names[0], names[-1])
        if len(shared) > len(area.word):
            area.replace_word(shared)
        if len(names) > 1:
            self.area = area
            self._show(names)

    def takes_key(self, key: str) -> bool:
        """Handle ``key`` while the list is open; answers whether it was one for the list."""
        if self.area is None:
            return False
        if key in STEPS:
            self.highlighted = ((self.highlighted or 0) + STEPS[key]) % len(self.names)
        elif key == "enter":
            self._take(self.highlighted or 0)
        elif key == "escape":
            self.close()
        else:
            return False
        return True

    def follow(self) -> None:
        """The text or the cursor has moved: narrow the list, or close it."""
        area = self.area
        if area is None:
            return
        names = candidates(area.word, self.vocabulary, area.scanner) if area.has_focus else []
        if not names or names == [area.word]:
            self.close()
        elif names[:MOST] != self.names:
            self._show(names)

    def close(self) -> None:
        """Put the list away."""
        self.area = None
        self.display = False

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(event.option_index)

    def _take(self, index: int) -> None:
        area = self.area
        self.close()
        if area is not None:
            area.replace_word(self.names[index])

    def _show(self, names: list[str]) -> None:
        self.names = names[:MOST]
        self.clear_options()
        self.add_options(Option(self._line(name)) for name in self.names)
        self.highlighted = 0
        self.display = True
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Stand under the cursor, or over it where there is no room below."""
        if self.area is not None:
            x, y = self.area.cursor_screen_offset
            height = min(len(self.names), 8)
            below = y + 1 + height <= self.screen.size.height
            x = max(0, x - len(self.area.word) - 1)
            self.absolute_offset = Offset(x, y + 1 if below else y - height)

    def _line(self, name: str) -> Content:
        definition = self.vocabulary.definitions.get(name)
        if definition is None:
            return Content(visible(name))
        operands = visible(definition.usage).partition(" ")[2].removesuffix(")")
        return Content.assemble(visible(name), ("  " + operands, "$text-muted"))


def candidates(prefix: str, vocabulary: Vocabulary, scanner: Scanner) -> list[str]:
    """The names that begin with ``prefix``: of the program, of the text, of the language."""
    if not prefix:
        return []
    known = {*vocabulary.definitions, *vocabulary.variables, *_written(scanner, prefix)}
    return sorted(name for name in known if name.startswith(prefix))


def shared_start(first: str, last: str) -> str:
    """The beginning in which two names, and so all that are sorted between them, agree."""
    pairs = enumerate(zip(first, last, strict=False))
    length = next((place for place, (a, b) in pairs if a != b), min(len(first), len(last)))
    return first[:length]


def _written(scanner: Scanner, prefix: str) -> Iterator[str]:
    """The names in the text that go on after ``prefix``."""
    for line in scanner.lines:
        if prefix in line.text:
            for token in line.tokens:
                name = line.text[token.start : token.end]
                if token.kind == "atom" and name != prefix:
                    yield name
