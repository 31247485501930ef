"""Text and JSON from files, what is wrong with one said in a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch_lib.errors import ArgumentError, CheckpointError, FileMissing

__all__ = ["json_map", "json_value", "text_lines"]


def text_lines(path: str | Path, *, keep_ends: bool = False) -> Iterator[str]:
    """The lines of a file, one after the other.

    Raises:
        FileMissing: There is no such file.
        ArgumentError: The file is a folder or not UTF-8.
    """
    if Path(path).is_dir():
        raise ArgumentError(f"{path} is a folder, not a file")
    if not Path(path).exists():
        raise FileMissing(f"file not found: {path}")
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        try:
            for line in file:
                yield line if keep_ends else line.removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise ArgumentError(f"{path} is not UTF-8 text") from error


def json_map(path: Path) -> dict[str, Any]:
    """The map that a file with one JSON value holds.

    Raises:
        CheckpointError: It holds something else.
    """
    try:
        content = json_value(path.read_bytes())
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} holds no map")
    return content


def json_value(text: str | bytes) -> Any:
    """The value that a JSON text stands for.

    Raises:
        ValueError: It is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise ValueError("no JSON (the text is not UTF-8)") from error
    except RecursionError as error:
        raise ValueError("no JSON that can be read (nested too deeply)") from error
