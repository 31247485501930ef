"""A search through the names of the language by what they are called or do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.app.doc_text import first_sentence
from workbench.app.fuzzy import ranked
from workbench.app.highlight import Vocabulary
from workbench.runtime.protocol import DefinitionView

MOST = 60
IN_PALETTE = 8
LEAST_LETTERS = 3
BEHIND_COMMANDS = 0.01
"""A score that no command has: those of commands are larger."""

BEHIND_NAMES = BEHIND_COMMANDS / (IN_PALETTE + 1)
"""A score that no name has."""


def documentation_search(
    definitions: Mapping[str, DefinitionView], show: Callable[[DefinitionView], object]
) -> type[Provider]:
    """What lists names that fit, each with its first sentence.

    Args:
        definitions: What to search, by name.
        show: Called with the definition that is chosen.
    """
    sentences = {name: first_sentence(one.doc) for name, one in definitions.items()}

    class DocumentationSearch(Provider):
        async def discover(self) -> Hits:
            for name in islice(sorted(definitions), MOST):
                chosen = partial(show, definitions[name])
                yield DiscoveryHit(_lines(definitions[name], sentences[name]), chosen, name)

        async def search(self, query: str) -> Hits:
            for place, name in enumerate(islice(fitting(query, sentences), MOST)):
                chosen = partial(show, definitions[name])
                lines = _lines(definitions[name], sentences[name])
                yield Hit(1 - place / MOST, lines, chosen, name)

    return DocumentationSearch


@runtime_checkable
class ExplainsNames(Protocol):
    """An app that knows the names of the language."""

    vocabulary: Vocabulary

    def explain(self, definition: DefinitionView) -> None:
        """Show what a name means."""


class NamesInPalette(Provider):
    """The help of names that are like what is typed, behind the commands."""

    async def search(self, query: str) -> Hits:
        """A few names, from three letters on."""
        app = self.app
        if not isinstance(app, ExplainsNames) or len(query.strip()) < LEAST_LETTERS:
            return
        definitions = app.vocabulary.definitions
        names = (name for name in fitting(query, dict.fromkeys(definitions, "")))
        for place, name in enumerate(islice(names, IN_PALETTE)):
            sentence = first_sentence(definitions[name].doc)
            chosen = partial(app.explain, definitions[name])
            title = Content.assemble("Help: ", _lines(definitions[name], sentence))
            yield Hit(BEHIND_COMMANDS / (place + 1), title, chosen, name)


def fitting(query: str, sentences: Mapping[str, str]) -> Iterator[str]:
    """The names that fit ``query``, the likeliest first, each once.

    Names that hold it as it stands, then those whose name and sentence hold each of its words,
    then those that hold its letters in this order.

    Args:
        query: Words in any case.
        sentences: What is said of each name.
    """
    sought = query.strip().lower()
    words = sought.split()
    if not words:
        return
    by_letters = ranked(sought.replace(" ", "_"), sentences)
    named = [name for name in by_letters if sought.replace(" ", "_") in name.lower()]
    told = sorted(
        name
        for name, sentence in sentences.items()
        if all(word in f"{name} {sentence}".lower() for word in words)
    )
    yield from dict.fromkeys((*named, *told, *by_letters))


def _lines(definition: DefinitionView, sentence: str) -> Content:
    """A call over what it does; the help of a hit would be read as markup."""
    rest = definition.usage.removeprefix(f"({definition.name}").removesuffix(")")
    return Content.assemble((definition.name, "$accent"), rest, "\n", (sentence, "dim"))
