"""The GGUF container: metadata and tensors of one file.

The header is parsed here, in one pass over its bytes: the vocabulary makes it hundreds of thousands
of small values, for which the ``gguf`` package's own reader takes seconds. Its dequantizers turn
the tensors into floats.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_lib.errors import CheckpointError, FileMissing, MissingPackage

__all__ = ["GGUFFile", "TensorEntry"]

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = 32
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """Where a tensor lies in the file. ``shape`` has the rows first, as torch does."""

    shape: tuple[int, ...]
    encoding: int
    offset: int


class GGUFFile:
    """A GGUF file, mapped into memory.

    Attributes:
        metadata: Numbers, strings and lists by their key.
        tensors: Where each tensor lies.
    """

    def __init__(self, path: str) -> None:
        if not Path(path).is_file():
            raise FileMissing(f"file not found: {path}")
        self._path = path
        self._bytes = _mapped(path)
        header = _Header(self._bytes)
        try:
            magic, version = header.take(4), header.number("I")
            if magic != _MAGIC:
                raise CheckpointError(f"{path} is not a GGUF file")
            if version not in _VERSIONS:
                raise CheckpointError(f"{path} is GGUF version {version}, readable are 2 and 3")
            tensor_count, entry_count = header.number("Q"), header.number("Q")
            self.metadata: dict[str, Any] = {
                header.string(): header.value(header.number("I")) for _ in range(entry_count)
            }
            self.tensors: dict[str, TensorEntry] = {
                header.string(): header.tensor_entry() for _ in range(tensor_count)
            }
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise CheckpointError(f"{path} is a damaged GGUF file") from error
        alignment = self.metadata.get("general.alignment", _ALIGNMENT)
        self._data_start = -(-header.position // alignment) * alignment

    def tensor(self, name: str) -> Tensor:
        """The tensor ``name`` in float32."""
        package = _package()
        entry = self.tensors[name]
        try:
            encoding = package.GGMLQuantizationType(entry.encoding)
        except ValueError as error:
            raise CheckpointError(
                f"{self._path}: {name} has the unknown encoding {entry.encoding}"
            ) from error
        block, block_bytes = package.GGML_QUANT_SIZES[encoding]
        start = self._data_start + entry.offset
        size = prod(entry.shape) // block * block_bytes
        if start + size > len(self._bytes):
            raise CheckpointError(f"{self._path} is cut short: {name} lies beyond its end")
        raw = np.frombuffer(self._bytes, np.uint8, size, start)
        rows = raw.reshape(*entry.shape[:-1], entry.shape[-1] // block * block_bytes)
        try:
            floats = package.quants.dequantize(rows, encoding)
        except NotImplementedError as error:
            raise CheckpointError(
                f"{self._path}: no way to read the encoding {encoding.name} of {name}"
            ) from error
        return torch.tensor(floats.reshape(entry.shape), dtype=torch.float32)


class _Header:
    """A cursor over the values at the start of the file."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self.position = 0

    def take(self, size: int) -> bytes:
        end = self.position + size
        if end > len(self._content):
            raise IndexError("beyond the end of the file")
        taken = self._content[self.position : end]
        self.position = end
        return taken

    def number(self, code: str) -> Any:
        layout = struct.Struct(f"<{code}")
        (number,) = layout.unpack_from(self._content, self.position)
        self.position += layout.size
        return number

    def string(self) -> str:
        return self.take(self.number("Q")).decode()

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self._array(self.number("I"), self.number("Q"))
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        raise IndexError(f"unknown type of value {kind}")

    def tensor_entry(self) -> TensorEntry:
        dimensions = self._array(10, self.number("I"))
        return TensorEntry(tuple(reversed(dimensions)), self.number("I"), self.number("Q"))

    def _array(self, kind: int, length: int) -> list[Any]:
        if kind in _SCALARS:
            layout = struct.Struct(f"<{length}{_SCALARS[kind]}")
            return list(layout.unpack(self.take(layout.size)))
        read: Callable[[], Any] = self.string if kind == _STRING else lambda: self.value(kind)
        return [read() for _ in range(length)]


def _mapped(path: str) -> mmap.mmap:
    with Path(path).open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise CheckpointError(f"{path} is empty") from error


def _package() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise MissingPackage("GGUF files need the gguf package (pip install gguf)") from error
    return gguf
