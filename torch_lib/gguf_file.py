"""The GGUF container: metadata and tensors of one file.

The header is parsed here, in one pass over its bytes: the vocabulary makes it hundreds of thousands
of small values, for which the ``gguf`` package's own reader takes seconds. Its dequantizers turn
tensors of less common encodings into floats.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_lib.display import value_text
from torch_lib.errors import CheckpointError, FileMissing, MissingPackage
from torch_lib.gguf_blocks import Blocks, Bytes, blocks_of

__all__ = ["GGUFFile", "TensorEntry", "is_gguf"]

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = 32
_LARGEST_ALIGNMENT = 2**20
_MOST_DIMENSIONS = 4
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
_USUAL = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    8: ("Q8_0", 32, 34),
    28: ("F64", 1, 8),
    30: ("BF16", 1, 2),
}
"""Element types, how many elements make a block, and its bytes. Only for others is the ``gguf``
package asked, which takes a third of a second and 30 MiB."""

_PLAIN = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """Where a tensor lies in the file.

    Attributes:
        shape: With the rows first, as torch has it.
        encoding: The number that the format has for the element type.
        offset: Bytes from the start of the tensors' part of the file.
    """

    shape: tuple[int, ...]
    encoding: int
    offset: int


class GGUFFile:
    """A GGUF file, mapped into memory.

    Attributes:
        metadata: Numbers, strings and lists by their key.
        tensors: Where each tensor lies. All lie inside the file, none over another.
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
            self.metadata: Mapping[str, Any] = header.named(
                entry_count, lambda: header.value(header.number("I"))
            )
            self.tensors: Mapping[str, TensorEntry] = header.named(
                tensor_count, header.tensor_entry
            )
        except (struct.error, IndexError, UnicodeDecodeError, RecursionError) as error:
            raise CheckpointError(f"{path} is a damaged GGUF file") from error
        except ValueError as error:
            raise CheckpointError(f"{path} is a damaged GGUF file: {error}") from error
        alignment = self.metadata.get("general.alignment", _ALIGNMENT)
        if not isinstance(alignment, int) or not 0 < alignment <= _LARGEST_ALIGNMENT:
            raise CheckpointError(f"{path} has an alignment of {value_text(alignment)} bytes")
        self._data_start = -(-header.position // alignment) * alignment
        self._check_places()

    def tensor(self, name: str) -> Tensor:
        """The tensor ``name``: mapped in its own type if that is a float's, else in float32."""
        entry = self.tensors[name]
        encoding, size = self._encoding(name)
        start = self._data_start + entry.offset
        if size == 0:
            return torch.empty(entry.shape)
        plain = self.plain_type(name)
        if plain is not None and start % plain.itemsize == 0:
            count = prod(entry.shape)
            mapped = torch.frombuffer(self._bytes, dtype=plain, count=count, offset=start)
            return mapped.view(entry.shape)
        rows = self._rows(name)
        blocks = blocks_of(encoding, rows) if len(entry.shape) == 2 else None
        if blocks is not None:
            return blocks.real()
        package = _package()
        try:
            floats = package.quants.dequantize(rows, package.GGMLQuantizationType(entry.encoding))
        except NotImplementedError as error:
            raise CheckpointError(
                f"{self._path}: no way to read the encoding {encoding} of {name}"
            ) from error
        return torch.from_numpy(np.ascontiguousarray(floats, np.float32)).view(entry.shape)

    def blocks(self, name: str) -> Blocks | None:
        """The numbers of a matrix that is encoded in groups, None for another."""
        encoding, size = self._encoding(name)
        return blocks_of(encoding, self._rows(name)) if size else None

    def release(self) -> None:
        """Give back the memory of what has been read; it comes from the file again when needed."""
        self._bytes.madvise(mmap.MADV_DONTNEED)

    def _rows(self, name: str) -> Bytes:
        """The bytes of a tensor, row by row."""
        entry, (_, size) = self.tensors[name], self._encoding(name)
        raw = np.frombuffer(self._bytes, np.uint8, size, self._data_start + entry.offset)
        return raw.reshape(*entry.shape[:-1], size // prod(entry.shape[:-1]))

    def plain_type(self, name: str) -> torch.dtype | None:
        """The element type of a tensor that holds plain floats, None for an encoded one."""
        return _PLAIN.get(self._encoding(name)[0])

    def _encoding(self, name: str) -> tuple[str, int]:
        """How a tensor is encoded, and how many bytes it takes."""
        entry = self.tensors[name]
        encoding, block, block_bytes = _USUAL.get(entry.encoding) or self._unusual(name)
        if entry.shape[-1] % block:
            raise CheckpointError(
                f"{self._path}: rows of {name} have {entry.shape[-1]} elements, "
                f"no multiple of the {block} that {encoding} encodes together"
            )
        return encoding, prod(entry.shape) // block * block_bytes

    def _unusual(self, name: str) -> tuple[str, int, int]:
        package, entry = _package(), self.tensors[name]
        try:
            encoding = package.GGMLQuantizationType(entry.encoding)
        except ValueError as error:
            raise CheckpointError(
                f"{self._path}: {name} has the unknown encoding {entry.encoding}"
            ) from error
        return encoding.name, *package.GGML_QUANT_SIZES[encoding]

    def _check_places(self) -> None:
        """Refuse tensors beyond the end of the file, or one over another."""
        free, before = 0, ""
        room = len(self._bytes) - self._data_start
        for name, entry in sorted(self.tensors.items(), key=lambda item: item[1].offset):
            _, size = self._encoding(name)
            if entry.offset + size > room:
                raise CheckpointError(f"{self._path} is cut short: {name} lies beyond its end")
            if entry.offset < free and size:
                raise CheckpointError(f"{self._path} is damaged: {name} lies over {before}")
            free, before = entry.offset + size, name


def is_gguf(path: Path) -> bool:
    """Whether ``path`` begins as GGUF files do."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


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
        count = self.number("I")
        if not 0 < count <= _MOST_DIMENSIONS:
            raise ValueError(f"a tensor has {count} dimensions")
        dimensions = self._array(10, count)
        return TensorEntry(tuple(reversed(dimensions)), self.number("I"), self.number("Q"))

    def named(self, count: int, read: Callable[[], Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for _ in range(count):
            name = self.string()
            if name in values:
                raise ValueError(f"{value_text(name)} is there twice")
            values[name] = read()
        return values

    def _array(self, kind: int, length: int) -> list[Any]:
        if kind in _SCALARS:
            code = _SCALARS[kind]
            content = self.take(length * struct.calcsize(f"<{code}"))
            return list(struct.unpack(f"<{length}{code}", content))
        read: Callable[[], Any] = self.string if kind == _STRING else lambda: self.value(kind)
        return [read() for _ in range(length)]


def _mapped(path: str) -> mmap.mmap:
    """The bytes of a file; what is changed in them stays in memory."""
    with Path(path).open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except ValueError as error:
            raise CheckpointError(f"{path} is empty") from error


def _package() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise MissingPackage("GGUF files need the gguf package (pip install gguf)") from error
    return gguf
