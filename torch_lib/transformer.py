"""The transformer block: attention, then a feed-forward network, each with a residual."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.attention import MultiheadAttention
from torch_lib.kinds import kind
from torch_lib.layers import LayerNorm, Linear, check_positive, forward

__all__ = ["transformer_block", "transformer_forward"]


@kind("transformer_block")
class TransformerBlock(nn.Module):
    """Self-attention and linear, ReLU, linear, each added to its input and normalised after."""

    attends = True

    def __init__(self, embed_dim: int, num_heads: int, ff_dim: int) -> None:
        super().__init__()
        check_positive(ff_dim=ff_dim)
        self.self_attention = MultiheadAttention(embed_dim, num_heads)
        self.norm1 = LayerNorm(embed_dim)
        self.norm2 = LayerNorm(embed_dim)
        self.ffn1 = Linear(embed_dim, ff_dim)
        self.ffn2 = Linear(ff_dim, embed_dim)
        self.ff_dim = ff_dim

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Tensor:
        """Transform ``(B T E)``, or one sequence ``(T E)``, of the positions ``mask`` allows."""
        attended: Tensor = self.norm1(input + self.self_attention(input, mask=mask))
        output: Tensor = self.norm2(attended + self.ffn2(torch.relu(self.ffn1(attended))))
        return output

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        attention = self.self_attention.configuration()
        return {**attention, "ff_dim": self.ff_dim}

    def summary(self) -> str:
        """The printed line."""
        sizes = ", ".join(f"{name}={size}" for name, size in self.configuration().items())
        return f"PyTorch Transformer Block ({sizes})"


def transformer_block(embed_dim: int, num_heads: int, ff_dim: int) -> TransformerBlock:
    """A transformer block that normalises after each residual and has no dropout.

    Raises:
        ArgumentError: A size is not positive, or ``embed_dim`` not divisible by ``num_heads``.
    """
    return TransformerBlock(embed_dim, num_heads, ff_dim)


def transformer_forward(
    block: TransformerBlock, input: Tensor, mask: Tensor | None = None
) -> Tensor:
    """What the block makes of ``(B T E)``, or of one sequence ``(T E)``.

    Raises:
        ShapeError: The embedding size differs, or the mask does not fit.
    """
    return forward(block, input, mask)
