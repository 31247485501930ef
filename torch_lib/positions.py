"""Positions as waves: the sinusoidal encoding.  B batch, T positions, E embedding size."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.errors import ShapeError
from torch_lib.kinds import kind
from torch_lib.layers import forward
from torch_lib.memory import check_room
from torch_lib.options import check_positive

__all__ = ["positional_encoding", "positional_encoding_forward"]

LONGEST_WAVE = 10_000.0


@kind("positional_encoding")
class PositionalEncoding(nn.Module):
    """Adds sines on even and cosines on odd columns, of ever longer waves; nothing is trained."""

    table: Tensor

    def __init__(self, embed_dim: int, max_length: int) -> None:
        super().__init__()
        check_positive(embed_dim=embed_dim, max_length=max_length)
        self.embed_dim, self.max_length = embed_dim, max_length
        check_room((max_length, embed_dim), torch.float32, current_device())
        table = _waves(embed_dim, max_length).to(current_device())
        self.register_buffer("table", table, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        """Add the first T rows to ``input``, ``(B T E)`` or ``(T E)``."""
        if input.dim() not in (2, 3):
            raise ShapeError(f"expected two or three dimensions, got {input.dim()}")
        length, size = input.shape[-2:]
        if size != self.embed_dim:
            raise ShapeError(f"embedding size is {size}, the encoder expects {self.embed_dim}")
        if length > self.max_length:
            raise ShapeError(f"sequence length {length} exceeds max_length {self.max_length}")
        return input + self.table[:length]

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"embed_dim": self.embed_dim, "max_length": self.max_length}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Positional Encoding ({self.embed_dim}, max_length={self.max_length})"


def positional_encoding(embed_dim: int, max_length: int) -> PositionalEncoding:
    """The sinusoidal encoding of up to ``max_length`` positions.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (torch_positional_encoding 16 512)
        ; => PyTorch Positional Encoding (16, max_length=512)
    """
    return PositionalEncoding(embed_dim, max_length)


def positional_encoding_forward(encoder: PositionalEncoding, input: Tensor) -> Tensor:
    """``input``, ``(B T E)`` or ``(T E)``, with its positions added.

    Raises:
        ShapeError: The embedding size differs, or the sequence is too long.

    Example:
        (setq encoder (torch_positional_encoding 4 512))
        (setq encoded (torch_positional_encoding_forward encoder (torch_zeros '(10 4))))
        (torch_select encoded 0 0)
        ; => (0.0 1.0 0.0 1.0)
    """
    return forward(encoder, input)


def _waves(embed_dim: int, max_length: int) -> Tensor:
    positions = torch.arange(max_length).unsqueeze(1)
    even_columns = torch.arange(0, embed_dim, 2)
    angles = positions * torch.exp(even_columns * (-math.log(LONGEST_WAVE) / embed_dim))
    table = torch.empty(max_length, embed_dim)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()[:, : embed_dim // 2]
    return table
