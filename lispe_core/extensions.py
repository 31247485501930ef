"""Libraries that are found when a program uses them: offered by Python packages, or LispE files.

A package offers a library through an entry point of the group ``lispe.libraries``. It names a
:class:`~lispe_core.library.Library`, a function that makes one, or the path of a LispE file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from lispe_core.errors import LispError
from lispe_core.library import Library

GROUP = "lispe.libraries"


def found_library(name: str, folders: Iterable[str]) -> Callable[[], Library] | Path | None:
    """What ``(use 'name)`` means: what makes a library, a LispE file to load, or ``None``.

    Args:
        name: The name, or the path of a file without ``.lisp``.
        folders: Where files are looked for; packages come first.
    """
    from importlib.metadata import entry_points  # takes longer than most programs' start

    for entry in entry_points(group=GROUP, name=name):
        try:
            offered = entry.load()
        except Exception as problem:
            raise LispError(f"the library '{name}' cannot be loaded: {problem}") from problem
        if isinstance(offered, Library):
            return lambda: offered
        if isinstance(offered, (str, Path)):
            return Path(offered)
        if callable(offered):
            return lambda: _made(name, offered)
        raise LispError(f"the library '{name}' of {entry.value} is no library")
    for folder in folders:
        file = Path(folder, f"{name}.lisp")
        if file.is_file():
            return file
    return None


def _made(name: str, maker: Callable[[], object]) -> Library:
    try:
        library = maker()
    except Exception as problem:
        raise LispError(f"the library '{name}' cannot be loaded: {problem}") from problem
    if not isinstance(library, Library):
        raise LispError(f"the library '{name}' is no library")
    return library
