"""The transformer block: attention, then a feed-forward network, each with a residual."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.attention import MultiheadAttention, dropout_text
from torch_lib.kinds import kind
from torch_lib.layers import LayerNorm, Linear, forward
from torch_lib.options import check_positive

__all__ = ["transformer_block", "transformer_forward"]


@kind("transformer_block")
class TransformerBlock(nn.Module):
    """Self-attention and linear, ReLU, linear, each added to its input and normalised after."""

    attends = True

    def __init__(self, embed_dim: int, num_heads: int, ff_dim: int, dropout: float = 0.0) -> None:
        super().__init__()
        check_positive(ff_dim=ff_dim)
        self.self_attention = MultiheadAttention(embed_dim, num_heads, dropout)
        self.norm1 = LayerNorm(embed_dim)
        self.norm2 = LayerNorm(embed_dim)
        self.ffn1 = Linear(embed_dim, ff_dim)
        self.ffn2 = Linear(ff_dim, embed_dim)
        self.ff_dim, self.dropout = ff_dim, dropout

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Tensor:
        """Transform ``(B T E)``, or one sequence ``(T E)``, of the positions ``mask`` allows."""
        attended: Tensor = self.norm1(input + self._drop(self.self_attention(input, mask=mask)))
        hidden = self._drop(torch.relu(self.ffn1(attended)))
        output: Tensor = self.norm2(attended + self._drop(self.ffn2(hidden)))
        return output

    def _drop(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.dropout, self.training) if self.dropout else input

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        attention = self.self_attention
        return {
            "embed_dim": attention.embed_dim,
            "num_heads": attention.num_heads,
            "ff_dim": self.ff_dim,
            "dropout": self.dropout,
        }

    def summary(self) -> str:
        """The printed line."""
        attention = self.self_attention
        sizes = f"embed_dim={attention.embed_dim}, num_heads={attention.num_heads}"
        rest = f"ff_dim={self.ff_dim}{dropout_text(self.dropout)}"
        return f"PyTorch Transformer Block ({sizes}, {rest})"


def transformer_block(
    embed_dim: int, num_heads: int, ff_dim: int, dropout: float = 0.0
) -> TransformerBlock:
    """A transformer block that normalises after each residual.

    While training, ``dropout`` is the probability of dropping an attention weight, an element of
    the hidden layer, and of what either half adds to its input.

    Raises:
        ArgumentError: A size is not positive, ``embed_dim`` is not divisible by ``num_heads``, or
            ``dropout`` is not in [0, 1).

    Example:
        (torch_transformer_block 32 4 64)
        ; => PyTorch Transformer Block (embed_dim=32, num_heads=4, ff_dim=64)
    """
    return TransformerBlock(embed_dim, num_heads, ff_dim, dropout)


def transformer_forward(
    block: TransformerBlock, input: Tensor, mask: Tensor | None = None
) -> Tensor:
    """What the block makes of ``(B T E)``, or of one sequence ``(T E)``.

    Raises:
        ShapeError: The embedding size differs, or the mask does not fit.

    Example:
        (setq block (torch_transformer_block 32 4 64))
        (setq output (torch_transformer_forward block (torch_ones '(2 5 32)) (torch_causal_mask 5)))
        (torch_shape output)
        ; => (2 5 32)
    """
    return forward(block, input, mask)
