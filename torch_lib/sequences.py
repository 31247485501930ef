"""Batches of sequences: padding, and masks that tell tokens from padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from torch_lib.conversion import tensor_from
from torch_lib.devices import current_device
from torch_lib.display import shape_text, value_text
from torch_lib.errors import ArgumentError, KindError, ShapeError, TorchLibError
from torch_lib.layers import whole_ids
from torch_lib.memory import check_room

__all__ = ["create_attention_mask", "pad_sequences"]


def pad_sequences(
    sequences: Sequence[Any], max_length: int | None = None, pad_id: int = 0
) -> Tensor:
    """The sequences as rows of one int64 tensor, filled up with ``pad_id``.

    Args:
        sequences: Token ids: one-dimensional tensors, or lists.
        max_length: The length of the rows, by default that of the longest sequence. Longer
            sequences lose their end.
        pad_id: The token that fills up.

    Returns:
        ``(B max_length)``.

    Raises:
        ArgumentError: There are no sequences, or ``max_length`` is negative.
        KindError: An entry is no sequence of token ids; the message names its position.
        ShapeError: An entry has not one dimension.

    Example:
        (torch_pad_sequences '((1 2 3) (4)))
        ; => [[1, 2, 3], [4, 0, 0]]
        (torch_pad_sequences '((1 2 3) (4)) 2 9)
        ; => [[1, 2], [4, 9]]
    """
    if len(sequences) == 0:
        raise ArgumentError("the list of sequences is empty")
    rows = [_row(position, sequence) for position, sequence in enumerate(sequences)]
    length = max(row.numel() for row in rows) if max_length is None else max_length
    if length < 0:
        raise ArgumentError(f"max_length must not be negative, got {length}")
    check_room((len(rows), length), torch.int64, torch.device("cpu"))
    device = next(
        (entry.device for entry in sequences if isinstance(entry, Tensor)), current_device()
    )
    padded = torch.full((len(rows), length), pad_id, dtype=torch.int64, device=device)
    for target, row in zip(padded, rows, strict=True):
        kept = min(length, row.numel())
        target[:kept] = row[:kept]
    return padded


def create_attention_mask(padded: Tensor, pad_id: int = 0) -> Tensor:
    """An int64 tensor in the shape of ``padded``: 1 for tokens, 0 for padding.

    Example:
        (torch_create_attention_mask (torch_pad_sequences '((1 2 3) (4))))
        ; => [[1, 1, 1], [1, 0, 0]]
    """
    return (padded != pad_id).to(torch.int64)


def _row(position: int, sequence: Any) -> Tensor:
    if isinstance(sequence, str | int | float) or sequence is None:
        raise KindError(f"sequence {position} is not a list of token ids ({value_text(sequence)})")
    try:
        ids = whole_ids(sequence if isinstance(sequence, Tensor) else tensor_from(sequence))
    except TorchLibError as error:
        raise KindError(f"sequence {position}: {error}") from error
    if ids.dim() != 1:
        shape = shape_text(ids.shape)
        raise ShapeError(f"sequence {position} must have one dimension, its shape is {shape}")
    return ids
