"""ZIP archives, in which PyTorch keeps what it saves."""

from __future__ import annotations

import io
import zipfile
import zlib

__all__ = ["archive_content", "archive_names", "is_torchscript"]

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What reading a damaged archive raises; an unknown compression is a ``RuntimeError`` too."""


def archive_names(path: str) -> list[str]:
    """The names of the entries; none of a file that is no archive, or a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except _DAMAGE:
        return []


def is_torchscript(path: str) -> bool:
    """Whether a file is an archive with compiled code."""
    return any(name.endswith("/constants.pkl") for name in archive_names(path))


def archive_content(content: bytes) -> list[tuple[str, bytes]]:
    """The entries by name, of an archive that is not compressed, as PyTorch writes it.

    Raises:
        ValueError: It is another archive, or none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(one.compress_type != zipfile.ZIP_STORED for one in archive.infolist()):
                raise ValueError("compressed entries")
            return [(one.filename, archive.read(one)) for one in archive.infolist()]
    except _DAMAGE as error:
        raise ValueError("no archive") from error
