"""Making sense of what a file holds: whatever goes wrong there is the file's fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch_lib.errors import CheckpointError, FileMissing, MissingPackage, TorchLibError

__all__ = ["making_sense_of"]


@contextmanager
def making_sense_of(path: str | Path) -> Iterator[None]:
    """Turn what content that is not as expected makes fail, which may be anything, into one error.

    Raises:
        CheckpointError: Naming the file.
    """
    try:
        yield
    except (CheckpointError, FileMissing, MissingPackage, OSError):
        raise
    except TorchLibError as error:
        raise CheckpointError(f"{path} cannot be used: {error}") from error
    except Exception as error:
        raise CheckpointError(f"{path} is damaged") from error
