"""What can be completed at a place: names of the language and the program, or names of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from workbench.app import structure
from workbench.app.doc_text import first_sentence
from workbench.app.file_names import names_in, shown
from workbench.app.fuzzy import ranked
from workbench.app.highlight import Vocabulary
from workbench.app.scanner import Scanner

if TYPE_CHECKING:
    from workbench.app.code_area import CodeArea

KINDS = {
    "special form": "form",
    "block form": "form",
    "instruction": "built-in",
    "function": "function",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A name that fits, with what a reader should know of it."""

    name: str
    operands: str = ""
    kind: str = ""
    about: str = ""


class Choices(Protocol):
    """The names of one kind, gathered when the reader asked to complete."""

    def word(self, area: CodeArea) -> str | None:
        """What stands before the cursor of ``area`` to be completed; ``None``: nothing of this."""

    def fitting(self, word: str) -> list[str]:
        """The names that ``word`` may mean, the likeliest first."""

    def rows(self, names: Sequence[str]) -> list[Row]:
        """What to show of ``names``."""


class CodeNames:
    """The names of the language, of the running program and of the text around the cursor.

    Args:
        area: Where the cursor is.
        vocabulary: The language, the variables, the functions of the prompt.
        programs: Texts whose functions count as well.
    """

    def __init__(
        self, area: CodeArea, vocabulary: Vocabulary, programs: Iterable[Scanner] = ()
    ) -> None:
        self._vocabulary = vocabulary
        self._usages = dict(vocabulary.functions)
        for scanner in (*programs, area.scanner):
            self._usages |= structure.usages(scanner)
        written = structure.names_besides(area.scanner, *area.cursor_location)
        known = (vocabulary.definitions, vocabulary.variables, self._usages, written)
        self._names = set().union(*known)

    def word(self, area: CodeArea) -> str | None:
        """The part of a name before the cursor."""
        return area.word or None

    def fitting(self, word: str) -> list[str]:
        """Names that hold the letters of ``word``."""
        return ranked(word, self._names)

    def rows(self, names: Sequence[str]) -> list[Row]:
        """A definition of the program goes before that of the language."""
        return [self._row(name) for name in names]

    def _row(self, name: str) -> Row:
        usage = self._usages.get(name)
        definition = self._vocabulary.definitions.get(name)
        variable = self._vocabulary.variables.get(name)
        if usage is not None:
            return Row(name, _operands(usage), "function", "Defined by the program.")
        if variable is not None:
            return Row(name, "", "variable", f"{variable.kind.removesuffix('_')}: {variable.text}")
        if definition is None:
            return Row(name, "", "in the text")
        kind = KINDS.get(definition.kind, definition.kind)
        return Row(name, _operands(definition.usage), kind, first_sentence(definition.doc))


class FileNames:
    """The names in the folder that a string tells so far.

    Reads that folder, so it is made away from the UI thread.
    """

    def __init__(self, path: str) -> None:
        self._folder = path[: path.rfind("/") + 1]
        self._names = names_in(self._folder)

    def word(self, area: CodeArea) -> str | None:
        """The part of a name behind the last slash."""
        path = area.string_before_cursor
        if path is None or not path.startswith(self._folder):
            return None
        word = path.removeprefix(self._folder)
        return None if "/" in word else word

    def fitting(self, word: str) -> list[str]:
        """Names that begin with ``word``."""
        return [name for name in self._names if shown(name, word)]

    def rows(self, names: Sequence[str]) -> list[Row]:
        """Names with what they are."""
        return [Row(name, kind="folder" if name.endswith("/") else "file") for name in names]


def _operands(usage: str) -> str:
    return usage.partition(" ")[2].removesuffix(")")
