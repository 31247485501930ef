"""What was submitted at the prompt before: a file of JSON lines, and a walk through it."""

from __future__ import annotations

import json
from pathlib import Path

LIMIT = 5000


class History:
    """Submitted sources, and a cursor for a search by prefix.

    The oldest come first, but those of other folders before those of this one.

    Args:
        path: The file that keeps the entries between sessions; ``None`` keeps none.
        folder: Where the program runs.
        size: How many entries, the latest, are kept from one session to the next.
    """

    def __init__(
        self, path: Path | None = None, folder: Path | None = None, size: int = LIMIT
    ) -> None:
        self.path = path if size else None
        self.folder = str(folder.resolve()) if folder else ""
        kept = _load(path, size) if path and size else []
        self.entries = [entry for entry, place in kept if place != self.folder]
        self.entries += [entry for entry, place in kept if place == self.folder]
        self._place: int | None = None
        self._prefix = ""
        self._draft = ""

    def add(self, source: str) -> None:
        """Remember ``source`` unless it repeats the last one, and end a walk."""
        self._place = None
        if self.entries and self.entries[-1] == source:
            return
        self.entries.append(source)
        if self.path:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(_line(source, self.folder))
            except OSError:
                self.path = None

    def older(self, draft: str, prefix: str) -> str | None:
        """The next older entry that begins with ``prefix``; the first step keeps ``draft``."""
        if self._place is None:
            self._draft, self._prefix = draft, prefix
        start = len(self.entries) if self._place is None else self._place
        shown = draft if self._place is None else self.entries[self._place]
        for place in range(start - 1, -1, -1):
            entry = self.entries[place]
            if entry.startswith(self._prefix) and entry != shown:
                self._place = place
                return entry
        return None

    def newer(self) -> str | None:
        """The next newer entry of the walk, at its end the draft it began with."""
        if self._place is None:
            return None
        shown = self.entries[self._place]
        for place in range(self._place + 1, len(self.entries)):
            entry = self.entries[place]
            if entry.startswith(self._prefix) and entry != shown:
                self._place = place
                return entry
        self._place = None
        return self._draft

    def rest(self) -> None:
        """End the walk: the text was edited."""
        self._place = None

    @property
    def shown(self) -> str | None:
        """The older entry that the walk has come to."""
        return None if self._place is None else self.entries[self._place]


def _load(path: Path, size: int) -> list[tuple[str, str]]:
    """The newest entries of the file, each with its folder; lines of another form are left out."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    entries: list[tuple[str, str]] = []
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        match entry:
            case {"source": str(source), "folder": str(folder)}:
                entries.append((source, folder))
            case str(source):
                entries.append((source, ""))
    if len(entries) > size:
        entries = entries[len(entries) - size :]
        _rewrite(path, entries)
    return entries


def _rewrite(path: Path, entries: list[tuple[str, str]]) -> None:
    from workbench.app.files import write_atomically

    write_atomically(path, "".join(_line(*entry) for entry in entries))


def _line(source: str, folder: str) -> str:
    return json.dumps({"source": source, "folder": folder}, ensure_ascii=False) + "\n"
