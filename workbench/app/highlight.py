"""Colours for LispE: from a scanned line to styled text.

Roles are resolved to styles while a line is drawn, so a theme or a library that arrives later
costs a repaint, not a scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from workbench.app.drawable import UNDRAWABLE, visible
from workbench.app.scanner import Line
from workbench.app.structure import BODY_FORMS
from workbench.app.themes import SYNTAX
from workbench.runtime.protocol import DefinitionView, VariableView

PARENTHESES = tuple(f"paren{number}" for number in range(1, 7))
CONSTANTS = frozenset(("nil", "true", "false", "_"))
_OTHERS = """
    and break class@ cond data@ from@ if not or quote return self select set@ setg setq throw use
    xor
"""
COMMON_FORMS = BODY_FORMS | frozenset(_OTHERS.split())


class Span(NamedTuple):
    """A stretch of one line and the syntax role that colours it."""

    start: int
    end: int
    role: str


class Vocabulary:
    """The names of the language and of the running program, as far as the evaluator has told."""

    def __init__(self) -> None:
        self.definitions: dict[str, DefinitionView] = {}
        self.variables: dict[str, VariableView] = {}
        self.functions: dict[str, str] = {}
        """How functions that were defined at the prompt are called, by name."""

    def learn(self, definitions: Iterable[DefinitionView]) -> None:
        """Add ``definitions``; a name known before gets its new meaning."""
        self.definitions.update((definition.name, definition) for definition in definitions)

    def role(self, name: str) -> str:
        """The syntax role of the atom ``name``."""
        if name in CONSTANTS:
            return "number"
        definition = self.definitions.get(name)
        if definition is None:
            return "keyword" if name in COMMON_FORMS else "symbol"
        return "builtin" if definition.kind in ("instruction", "function") else "keyword"


def spans(line: Line, vocabulary: Vocabulary) -> Iterator[Span]:
    """The coloured stretches of ``line``; brackets take their colour from their depth."""
    for start, end, kind, depth in line.tokens:
        if kind == "atom":
            yield Span(start, end, vocabulary.role(line.text[start:end]))
        elif kind in ("open", "close"):
            yield Span(start, end, PARENTHESES[depth % len(PARENTHESES)])
        else:
            yield Span(start, end, "symbol" if kind == "separator" else kind)


def syntax_styles(variables: Mapping[str, str]) -> dict[str, Style]:
    """The style of every role under a theme's CSS ``variables``."""
    styles = {role: Style(color=variables[f"syntax-{role}"]) for role in SYNTAX}
    styles["comment"] += Style(italic=True)
    styles["error"] += Style(underline=True)
    return styles


def styled(line: Line, vocabulary: Vocabulary, styles: Mapping[str, Style]) -> Text:
    """The text of ``line`` in colour; what can't be drawn is shown, and marked as an error."""
    text = Text(visible(line.text), end="", no_wrap=True)
    for span in spans(line, vocabulary):
        text.stylize(styles[span.role], span.start, span.end)
    if not line.text.isprintable():
        for found in UNDRAWABLE.finditer(line.text):
            text.stylize(styles["error"], *found.span())
    return text
