"""Readers of text files: JSON lines, CSV, plain lines."""

from __future__ import annotations

import csv
import re
from typing import Any

from torch_lib.errors import ArgumentError
from torch_lib.text_files import json_value, text_lines

__all__ = ["read_csv", "read_jsonl", "read_text"]

_NUMBER = re.compile(r"[+-]?((\d{1,4000}|\d*\.\d+|\d+\.)([eE][+-]?\d+)?|nan|NaN|inf|Inf)", re.ASCII)


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
    for number, line in enumerate(text_lines(path), 1):
        if not line.strip():
            continue
        try:
            values.append(json_value(line))
        except ValueError as error:
            raise ArgumentError(f"{path}, line {number}: {error}") from error
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
    reader = csv.reader(text_lines(path, keep_ends=True), strict=True)
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
    return list(text_lines(path))


def _value(entry: str) -> int | float | str:
    if _NUMBER.fullmatch(entry) is None:
        return entry
    return int(entry) if entry.lstrip("+-").isdecimal() else float(entry)
