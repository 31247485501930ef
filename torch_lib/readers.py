"""Readers of text files: JSON lines, CSV, plain lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch_lib.errors import ArgumentError, FileMissing

__all__ = ["read_csv", "read_jsonl", "read_text"]


def read_jsonl(path: str) -> list[Any]:
    r"""The values of a file with one JSON value on each line; empty lines are passed over.

    Raises:
        FileMissing: There is no such file.
        ArgumentError: A line is no JSON, or the file is not UTF-8.

    Example:
        (fwrite "data.jsonl" "{\"text\": \"one\"}\n{\"text\": \"two\"}\n")
        ; => true
        (@ (torch_read_jsonl "data.jsonl") 1 "text")
        ; => two
    """
    values = []
    for number, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        try:
            values.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise ArgumentError(f"{path}, line {number}: no JSON ({error.msg})") from error
    return values


def read_csv(path: str, header: bool = True) -> list[Any]:
    r"""The rows of a file of comma-separated values, in which numbers are numbers.

    Args:
        path: The file.
        header: Whether the first row names the columns: rows are then maps, else lists.

    Raises:
        FileMissing: There is no such file.
        ArgumentError: A row has more or fewer entries than the first, or the file is not UTF-8.

    Example:
        (fwrite "data.csv" "name,size\none,1\ntwo,2.5\n")
        ; => true
        (@ (torch_read_csv "data.csv") 1 "size")
        ; => 2.5
    """
    reader = csv.reader(lines_of(path), strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row and rows and len(row) != len(rows[0]):
                expected = f"{len(row)} entries, the first row has {len(rows[0])}"
                raise ArgumentError(f"{path}, line {reader.line_num}: {expected}")
            if row:
                rows.append(row)
    except csv.Error as error:
        raise ArgumentError(f"{path}, line {reader.line_num}: {error}") from error
    if not header or not rows:
        return [[_value(entry) for entry in row] for row in rows]
    names, *others = rows
    return [dict(zip(names, map(_value, row), strict=True)) for row in others]


def read_text(path: str) -> list[str]:
    r"""The lines of a text file, without their ends.

    Raises:
        FileMissing: There is no such file.
        ArgumentError: The file is not UTF-8.

    Example:
        (fwrite "data.txt" "one\ntwo\n")
        ; => true
        (torch_read_text "data.txt")
        ; => ("one" "two")
    """
    return list(lines_of(path))


def lines_of(path: str) -> Iterator[str]:
    """The lines of a file, one after the other.

    Raises:
        FileMissing: There is no such file.
        ArgumentError: The file is a folder or not UTF-8.
    """
    if Path(path).is_dir():
        raise ArgumentError(f"{path} is a folder, not a file")
    if not Path(path).exists():
        raise FileMissing(f"file not found: {path}")
    number = 0
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        try:
            for number, line in enumerate(file, 1):  # noqa: B007 - for the message
                yield line.removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise ArgumentError(f"{path}, after line {number}: the text is not UTF-8") from error


def _value(entry: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(entry)
        except ValueError:
            continue
    return entry
