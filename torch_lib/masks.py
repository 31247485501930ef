"""Attention masks: one rule for everything that attends.

B batch, H heads, Q queries, K keys. A mask of truth values, whole numbers, or zeros and ones keeps
the positions that are not zero; any other floating mask is added to the scores.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.memory import check_room
from torch_lib.shapes import common_shape

__all__ = ["causal_mask"]


def causal_mask(n: int) -> Tensor:
    """The ``(n n)`` mask that lets every position see itself and those before it.

    Raises:
        ArgumentError: ``n`` is negative.

    Example:
        (torch_causal_mask 3)
        ; => [[true, false, false], [true, true, false], [true, true, true]]
    """
    if n < 0:
        raise ArgumentError(f"size must not be negative, got {n}")
    check_room((n, n), torch.bool, torch.device("cpu"))
    return _earlier(n, n, torch.device("cpu"))


def attention_mask(mask: Tensor, query: Tensor, key: Tensor, padding: bool = True) -> Tensor:
    """``mask`` as the attention kernel takes it: truth values that keep, or floats to add.

    Args:
        mask: ``(B K)``, ``(Q K)``, ``(B Q K)``, or anything that broadcasts to ``(B H Q K)``.
        query: ``(B H Q D)``.
        key: ``(B … K D)``.
        padding: Whether a mask that fits both ``(B K)`` and ``(Q K)`` is the former.

    Raises:
        ShapeError: The mask fits no reading.
    """
    batch, heads, queries, keys = query.size(0), query.size(1), query.size(2), key.size(2)
    scores = (batch, heads, queries, keys)
    for reading in _readings(mask, padding):
        if common_shape(reading.shape, scores) == scores:
            return _usable(reading.to(query.device), query.dtype)
    sizes = f"batch {batch}, heads {heads}, queries {queries}, keys {keys}"
    raise ShapeError(f"mask of shape {shape_text(mask.shape)} does not fit ({sizes})")


def with_causal(mask: Tensor, query: Tensor, key: Tensor) -> Tensor:
    """``mask``, prepared by ``attention_mask``, that also hides later positions.

    The kernels that support dropout refuse a mask and their own causal flag together.
    """
    earlier = _earlier(query.size(-2), key.size(-2), query.device)
    if mask.dtype == torch.bool:
        return mask & earlier
    return mask.masked_fill(~earlier, -torch.inf)


def _readings(mask: Tensor, padding: bool) -> Iterator[Tensor]:
    as_padding = mask[:, None, None, :] if mask.dim() == 2 else None
    if as_padding is not None and padding:
        yield as_padding
    if mask.dim() == 3:
        yield mask[:, None]
    yield mask if mask.dim() >= 2 else mask.reshape(1, -1)
    if as_padding is not None and not padding:
        yield as_padding


def _usable(mask: Tensor, dtype: torch.dtype) -> Tensor:
    if not mask.is_floating_point():
        return mask.bool()
    ones = mask == 1
    if bool(ones.any()) and bool((ones | (mask == 0)).all()):
        return ones
    return mask.to(dtype)


def _earlier(queries: int, keys: int, device: torch.device) -> Tensor:
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril()
