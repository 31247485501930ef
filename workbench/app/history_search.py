"""A search through the history by any part of an entry."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from workbench.app.commands import highlighted
from workbench.app.drawable import drawable
from workbench.app.history import History

AT_ONCE = 100
WIDEST = 200


def history_search(history: History, take: Callable[[str], object]) -> type[Provider]:
    """What lists the newest entries, and of all those that fit what is typed; each entry once.

    Args:
        history: What to search.
        take: Called with the entry that is chosen.
    """
    entries = list(dict.fromkeys(reversed(history.entries)))

    class HistorySearch(Provider):
        async def discover(self) -> Hits:
            for entry in entries[:AT_ONCE]:
                line = _line(entry)
                yield DiscoveryHit(Content(line), partial(take, entry), line)

        async def search(self, query: str) -> Hits:
            matcher = self.matcher(query)
            for entry in entries:
                line = _line(entry)
                score = matcher.match(line)
                if score > 0:
                    yield Hit(score, highlighted(matcher, line), partial(take, entry), line)

    return HistorySearch


def _line(entry: str) -> str:
    """An entry as one line of a list."""
    line = drawable(" ".join(entry.split()))
    return line if len(line) <= WIDEST else f"{line[:WIDEST]}…"
