"""Where the files that come with the program are: the same in a checkout and in a wheel."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["sample", "themes"]


def sample(name: str) -> Path:
    """The path of a program in ``samples/``.

    Raises:
        FileNotFoundError: There is no sample of that name.
    """
    path = _folder("samples") / name
    if not path.is_file():
        raise FileNotFoundError(f"there is no sample {name}")
    return Path(str(path))


def themes() -> tuple[Path, ...]:
    """The theme files, sorted by name."""
    found = (entry for entry in _folder("themes").iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(Path(str(entry)) for entry in found))


def _folder(name: str) -> Traversable:
    return resources.files("workbench") / name
