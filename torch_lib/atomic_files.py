"""Files that are replaced whole: a reader finds the old content or the new, never a part."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch_lib.errors import ArgumentError

__all__ = ["replacing"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file to write, which takes the place of ``path`` when the block succeeds.

    Missing parent folders are made.

    Raises:
        ArgumentError: ``path`` is a folder, or lies in what is none.
    """
    if path.is_dir():
        raise ArgumentError(f"{path} is a folder, not a file")
    file_above = next((above for above in path.parents if above.is_file()), None)
    if file_above is not None:
        raise ArgumentError(f"{file_above} is a file, not a folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        yield temporary
        temporary.replace(path)
