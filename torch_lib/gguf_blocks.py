"""The blocks of numbers in GGUF files as four-bit and eight-bit layers keep them.

Their layouts are those of llama.cpp (github.com/ggml-org/llama.cpp, ggml-common.h): a block has
its scale, its lowest number where it has one, and whole numbers packed together. O rows, I columns,
G groups of 32 columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from torch_lib.int4_linear import MIDDLE

__all__ = ["Blocks", "Bytes", "blocks_of", "rounded_blocks"]

_GROUP = 32
_LARGEST = 127
_ROWS_AT_ONCE = 1024

Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix in groups: ``(whole - 8) * scale + zero``, or ``whole * scale`` without ``zero``.

    Attributes:
        whole: ``(O I)``, uint8 from 0 to 15, or int8.
        scale: float32 ``(O G)``.
        zero: float32 ``(O G)``; None for eight bits.
    """

    whole: Tensor
    scale: Tensor
    zero: Tensor | None

    def real(self) -> Tensor:
        """The numbers as float32, ``(O I)``."""
        groups = self.whole.float().view(*self.scale.shape, -1)
        scale = self.scale[..., None]
        if self.zero is None:
            return groups.mul_(scale).flatten(1)
        lowest = (self.zero - MIDDLE * self.scale)[..., None]
        return torch.addcmul(lowest, groups, scale, out=groups).flatten(1)

    def rows(self, places: Tensor) -> Blocks:
        """Some rows, int64 ``(R,)``."""
        zero = None if self.zero is None else self.zero[places]
        return Blocks(self.whole[places], self.scale[places], zero)


def blocks_of(encoding: str, rows: Bytes) -> Blocks | None:
    """The numbers of an encoded matrix, None for an encoding that does not keep its groups.

    Args:
        encoding: Its name in the ``gguf`` package.
        rows: The bytes of each row.
    """
    read = _ENCODINGS.get(encoding)
    return None if read is None else read(rows)


def rounded_blocks(weight: Tensor) -> Blocks:
    """A matrix of floats in eight bits, group by group, with scales that bfloat16 holds."""
    whole = torch.empty(weight.shape, dtype=torch.int8)
    scales = torch.empty(len(weight), weight.size(1) // _GROUP)
    pieces = (torch.split(each, _ROWS_AT_ONCE) for each in (weight, whole, scales))
    for some, some_whole, some_scales in zip(*pieces, strict=True):
        groups = some.float().view(len(some), -1, _GROUP)
        low, high = groups.aminmax(dim=2)
        scale = (torch.maximum(high, -low) / _LARGEST).to(torch.bfloat16).float()
        scale = torch.where(scale > 0, scale, 1.0)
        rounded = (groups / scale[..., None]).round_().clamp_(-_LARGEST, _LARGEST)
        some_whole.copy_(rounded.flatten(1))
        some_scales.copy_(scale)
    return Blocks(whole, scales, None)


def _q4_0(rows: Bytes) -> Blocks:
    blocks = _blocks(rows, 18)
    scale = _halves(blocks, 0)
    return Blocks(_nibbles(blocks[..., 2:]), scale, torch.zeros_like(scale))


def _q4_1(rows: Bytes) -> Blocks:
    blocks = _blocks(rows, 20)
    scale = _halves(blocks, 0)
    return Blocks(_nibbles(blocks[..., 4:]), scale, _halves(blocks, 2) + MIDDLE * scale)


def _q8_0(rows: Bytes) -> Blocks:
    blocks = _blocks(rows, 34)
    return Blocks(
        blocks[..., 2:].contiguous().view(torch.int8).flatten(1), _halves(blocks, 0), None
    )


def _q4_k(rows: Bytes) -> Blocks:
    """256 columns to a block, whose eight scales and lowest numbers have six bits."""
    blocks = _blocks(rows, 144)
    steps, low_steps = _halves(blocks, 0), _halves(blocks, 2)
    packed = blocks[..., 4:16]
    first, second, third = packed[..., :4], packed[..., 4:8], packed[..., 8:]
    scales = torch.cat((first & 63, third & 15 | first >> 6 << 4), -1).float()
    lows = torch.cat((second & 63, third >> 4 | second >> 6 << 4), -1).float()
    scale = (steps[..., None] * scales).flatten(1)
    lowest = (low_steps[..., None] * lows).flatten(1)
    pairs = blocks[..., 16:].unflatten(-1, (4, 32))  # type: ignore[no-untyped-call]
    return Blocks(_nibbles(pairs), scale, MIDDLE * scale - lowest)


_ENCODINGS: dict[str, Callable[[Bytes], Blocks]] = {
    "Q4_0": _q4_0,
    "Q4_1": _q4_1,
    "Q8_0": _q8_0,
    "Q4_K": _q4_k,
}


def _blocks(rows: Bytes, size: int) -> Tensor:
    """uint8 ``(O, blocks, size)``, copied: what a file maps is not to be written."""
    return torch.from_numpy(rows.copy()).view(len(rows), -1, size)


def _halves(blocks: Tensor, start: int) -> Tensor:
    """The float16 number that stands in each block at ``start``, as float32 ``(O, blocks)``."""
    return blocks[..., start : start + 2].contiguous().view(torch.float16).squeeze(-1).float()


def _nibbles(pairs: Tensor) -> Tensor:
    """The low halves of bytes, then their high halves: ``(O, …, N)`` to ``(O, …·2N)``."""
    return torch.cat((pairs & 15, pairs >> 4), -1).flatten(1)
