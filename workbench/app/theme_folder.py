"""The user's themes as they are on disk, looked at again and again while the app runs."""

from __future__ import annotations

from pathlib import Path

from textual.theme import Theme

from workbench.app.themes import load_themes

SECONDS = 1.0
"""Between two looks."""


class ThemeFolder:
    """A folder of theme files; it need not exist.

    Args:
        folder: Where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, tuple[int, int]] = {}

    def changes(self) -> tuple[list[Theme], list[str]]:
        """The themes written since the last call, and a sentence for each file that is none."""
        known, self._seen = self._seen, self._look()
        fresh = [file for file, state in self._seen.items() if known.get(file) != state]
        return load_themes(fresh)

    def _look(self) -> dict[Path, tuple[int, int]]:
        """Time and size of every file; one that is gone in the meantime is not there."""
        seen = {}
        for file in sorted(self.folder.glob("*.toml")):
            try:
                state = file.stat()
            except OSError:
                continue
            seen[file] = (state.st_mtime_ns, state.st_size)
        return seen
