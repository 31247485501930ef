"""The files of the working directory in the palette: what is chosen opens in a tab."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path, PurePath
from typing import Protocol, runtime_checkable

from textual.command import Hit, Hits, Provider
from textual.content import Content

from workbench.app.doc_search import BEHIND_NAMES
from workbench.app.drawable import single_line
from workbench.app.fuzzy import ranked

IN_PALETTE = 12
LEAST_LETTERS = 2
DEPTH = 8
MOST = 5_000
LARGEST = 4 * 2**20
"""Bytes of a file that is offered: what is larger is data."""

APART = frozenset({"__pycache__", "node_modules", "site-packages"})


@runtime_checkable
class OpensPrograms(Protocol):
    """An app with editors."""

    def open_program(self, path: Path) -> None:
        """Open a file in a tab."""


class FilesInPalette(Provider):
    """Files whose name, or else whose path, is like what is typed; behind commands and names."""

    async def startup(self) -> None:
        """Read the folder, away from the screen."""
        self._folder = Path.cwd()
        self._files = await asyncio.to_thread(files_below, self._folder)

    async def search(self, query: str) -> Hits:
        """A few files, from two letters on."""
        app = self.app
        letters = "".join(query.split())
        if not isinstance(app, OpensPrograms) or len(letters) < LEAST_LETTERS:
            return
        for place, name in enumerate(islice(fitting_files(letters, self._files), IN_PALETTE)):
            chosen = partial(app.open_program, self._folder / name)
            title = Content.assemble("Open: ", (single_line(name), "$accent"))
            yield Hit(BEHIND_NAMES / (place + 1), title, chosen, name)


def files_below(folder: Path) -> list[str]:
    """The files in ``folder`` and below it, as paths from there; hidden ones and data left out."""
    found: list[str] = []
    for place, below, names in os.walk(folder):
        inside = Path(place).relative_to(folder)
        below[:] = sorted(name for name in below if not (name.startswith(".") or name in APART))
        if len(inside.parts) >= DEPTH:
            below.clear()
        for name in sorted(names):
            if not name.startswith(".") and _is_small(Path(place, name)):
                found.append(str(inside / name))
                if len(found) == MOST:
                    return found
    return found


def fitting_files(letters: str, files: Sequence[str]) -> Iterator[str]:
    """Those whose names hold ``letters`` in this order, then those whose paths do, likeliest first.

    A slash is looked for in the whole path alone.
    """
    by_name: dict[str, list[str]] = {}
    for file in files:
        by_name.setdefault(PurePath(file).name, []).append(file)
    named = (file for name in ranked(letters, by_name) for file in by_name[name])
    yield from dict.fromkeys((*named, *ranked(letters, files)))


def _is_small(file: Path) -> bool:
    try:
        return file.is_file() and file.stat().st_size <= LARGEST
    except OSError:
        return False
