"""Making sense of what a file holds: whatever goes wrong there is the file's fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch_lib.errors import CheckpointError, FileMissing, MissingPackage, TorchLibError

__all__ = ["making_sense_of"]


_LONGEST = 600
"""Characters of a message: a file may hold a text of any length where a word is expected."""


@contextmanager
def making_sense_of(path: str | Path) -> Iterator[None]:
    """Turn what content that is not as expected makes fail, which may be anything, into one error.

    Raises:
        CheckpointError: Naming the file.
    """
    try:
        yield
    except CheckpointError as error:
        if len(str(error)) > _LONGEST:
            raise CheckpointError(_shortened(error)) from error
        raise
    except (FileMissing, MissingPackage, OSError):
        raise
    except TorchLibError as error:
        raise CheckpointError(f"{path} cannot be used: {_shortened(error)}") from error
    except Exception as error:
        raise CheckpointError(f"{path} is damaged") from error


def _shortened(error: Exception) -> str:
    message = str(error)
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
