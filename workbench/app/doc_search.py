"""A search through the names of the language by what they are called or do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.app.doc_text import first_sentence
from workbench.app.fuzzy import ranked
from workbench.runtime.protocol import DefinitionView

MOST = 60


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
