"""Programs on disk: read whole, written so that a crash leaves the old file or the new one."""

from __future__ import annotations

import os
import tempfile
from errno import EACCES
from pathlib import Path


def write_atomically(path: Path, text: str, *, private: bool = False) -> None:
    """Write ``text`` to a new file beside ``path`` and put it in its place.

    A link is followed, and the permissions of a file that exists are kept; a ``private`` one is
    for its owner alone from the beginning.

    Raises:
        OSError: The folder can't be written or is not there, or the file may not be written.
    """
    target = path.resolve()
    if target.exists() and not os.access(target, os.W_OK):  # its folder would let it be replaced
        raise PermissionError(EACCES, os.strerror(EACCES), str(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not private:  # as a temporary file is
            temporary.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_source(path: Path) -> str:
    """The text of ``path``; a file that does not exist yet is empty.

    Raises:
        OSError: It is a folder, or may not be read.
        UnicodeDecodeError: It is not UTF-8 text.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""


def stamp(path: Path | None) -> tuple[int, int] | None:
    """What differs when another program has written ``path``; ``None`` where there is no file."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None
