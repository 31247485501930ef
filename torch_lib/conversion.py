"""From plain data to tensors: numbers, nested lists and buffers."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_lib.display import shape_text, value_text
from torch_lib.eight_bits import QuantizedTensor
from torch_lib.errors import KindError, ShapeError

__all__ = ["tensor_from"]

BUFFER_TYPES = {  # by the struct module's letters
    "f": torch.float32,
    "d": torch.float64,
    "e": torch.float16,
    "q": torch.int64,
    "l": torch.int64,
    "i": torch.int32,
    "h": torch.int16,
    "b": torch.int8,
    "B": torch.uint8,
    "?": torch.bool,
}

Position = tuple[int, ...]


def tensor_from(data: Any) -> Tensor:
    """A new tensor in main memory with the numbers of ``data``.

    Whole numbers become int64, truth values bool, lists with other numbers float32; buffers and
    tensors keep their type.

    Raises:
        ShapeError: Rows differ in length.
        KindError: An element is not a number.
    """
    if isinstance(data, Tensor):
        return data.detach().clone()
    if isinstance(data, QuantizedTensor):
        return data.dequantized()
    if isinstance(data, bool | int | float):
        return torch.tensor(data)
    if _is_list(data):
        return _from_numbers(data) if _holds_numbers(data) else _from_rows(data)
    return _from_buffer(data)


def _is_list(data: Any) -> bool:
    return isinstance(data, list | tuple | range)


def _holds_numbers(data: Any) -> bool:
    """Whether the nested lists end in numbers, judged by the first: the rest is checked later."""
    while _is_list(data) and data:
        data = data[0]
    return data is None or isinstance(data, bool | int | float | list | tuple | str)


def _from_numbers(data: Sequence[Any]) -> Tensor:
    try:
        numbers = np.array(data)  # ten times as fast as torch.tensor
    except ValueError:
        _check_rows(data, ())
        raise
    if numbers.dtype.kind == "f":
        return torch.from_numpy(numbers.astype(np.float32))
    if numbers.dtype.kind in "bi":
        return torch.from_numpy(numbers)
    flags = _as_flags(data)
    if flags is None:
        _check_rows(data, ())
        raise KindError("a whole number does not fit 64 bits")
    return torch.tensor(flags)


def _as_flags(data: Any) -> Any:
    """``data`` with False for None where it holds nothing but truth values, else None."""
    if data is None or isinstance(data, bool):
        return bool(data)
    if not _is_list(data):
        return None
    entries = [_as_flags(entry) for entry in data]
    return None if None in entries else entries


def _from_rows(data: Sequence[Any]) -> Tensor:
    if _are_arrays_alike(data):
        held = torch.frombuffer(bytearray().join(data), dtype=BUFFER_TYPES[data[0].typecode])
        return held.reshape(len(data), len(data[0]))
    rows = [tensor_from(row) for row in data]
    for row in rows:
        if row.shape != rows[0].shape:
            _refuse_rows(rows[0].shape, row.shape)
    return torch.stack(rows)


def _are_arrays_alike(data: Sequence[Any]) -> bool:
    """Whether one copy of the memory of all rows makes a tensor: thirty times as fast."""
    first = data[0]
    if not isinstance(first, array) or not first or first.typecode not in BUFFER_TYPES:
        return False
    return all(
        isinstance(row, array) and row.typecode == first.typecode and len(row) == len(first)
        for row in data
    )


def _from_buffer(data: Any) -> Tensor:
    try:
        view = memoryview(data)
    except TypeError:
        raise KindError(f"expected numbers, got {value_text(data)}") from None
    if view.format not in BUFFER_TYPES:
        raise KindError(f'expected numbers, got a buffer of format "{view.format}"')
    dtype = BUFFER_TYPES[view.format]
    if view.nbytes == 0:
        return torch.empty(view.shape or (0,), dtype=dtype)
    shape = view.shape or (1,)
    if view.readonly or not view.c_contiguous:
        return torch.frombuffer(bytearray(view), dtype=dtype).reshape(shape)
    return torch.frombuffer(view, dtype=dtype).reshape(shape).clone()


def _check_rows(data: Any, position: Position) -> None:
    """Find what makes ``data`` no rectangle of numbers."""
    first_row = next((entry for entry in data if _is_list(entry)), None)
    for index, entry in enumerate(data):
        here = (*position, index)
        if first_row is None or not _is_list(entry):
            if not isinstance(entry, bool | int | float):
                place = index if not position else shape_text(here)
                raise KindError(f"element {place} is not a number ({value_text(entry)})")
            if first_row is not None:
                raise ShapeError(f"element {shape_text(here)} is a number, others are rows")
        else:
            if len(entry) != len(first_row):
                _refuse_rows((len(first_row),), (len(entry),))
            _check_rows(entry, here)


def _refuse_rows(expected: Sequence[int], given: Sequence[int]) -> None:
    if len(expected) == len(given) == 1:
        raise ShapeError(f"rows have different lengths ({expected[0]} and {given[0]})")
    shapes = f"{shape_text(expected)} and {shape_text(given)}"
    raise ShapeError(f"rows have different shapes {shapes}")
