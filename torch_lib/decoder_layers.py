"""The parts of decoder models: RMS norm, MLPs with and without a gate, grouped-query attention.

B sequences, T tokens, E hidden size, H query heads, K key/value heads, D head size; of T tokens
known, S ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.kinds import kind
from torch_lib.kv_cache import LayerCache
from torch_lib.layers import checked_features
from torch_lib.masks import attention_mask
from torch_lib.options import check_positive
from torch_lib.rotary import rotated

__all__ = [
    "FeedForward",
    "GroupedQueryAttention",
    "RMSNorm",
    "SwiGLU",
    "gqa_attention",
    "rms_norm_layer",
    "swiglu",
]

Rotation = tuple[Tensor, Tensor]


@kind("rms_norm")
class RMSNorm(nn.RMSNorm):
    """Division by the root of the mean square of the channels, times a learned weight."""

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        check_positive(dim=dim)
        if eps < 0:
            raise ArgumentError(f"eps must not be negative, got {eps}")
        super().__init__(dim, eps)
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        """``(… E)`` to ``(… E)``."""
        x = checked_features(self, x, self.dim)
        return super().forward(x.to(torch.promote_types(x.dtype, self.weight.dtype)))

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"dim": self.dim, "eps": self.eps}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch RMS Normalization ({self.dim})"


@kind("swiglu")
class SwiGLU(nn.Module):
    """The gated MLP: ``down(silu(gate x) · up x)``."""

    def __init__(self, dim: int, hidden_dim: int, bias: bool = False) -> None:
        super().__init__()
        check_positive(dim=dim, hidden_dim=hidden_dim)
        self.dim = dim
        self.hidden_dim = hidden_dim
        self.bias = bias
        self.gate_proj = nn.Linear(dim, hidden_dim, bias=bias)
        self.up_proj = nn.Linear(dim, hidden_dim, bias=bias)
        self.down_proj = nn.Linear(hidden_dim, dim, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """``(… E)`` to ``(… E)``."""
        x = checked_features(self, x, self.dim)
        projected: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return projected

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"dim": self.dim, "hidden_dim": self.hidden_dim, "bias": self.bias}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch SwiGLU ({self.dim} -> {self.hidden_dim} -> {self.dim})"


class FeedForward(nn.Module):
    """The MLP without a gate: ``down(activation(up x))``."""

    def __init__(self, dim: int, hidden_dim: int, activation: str, bias: bool) -> None:
        super().__init__()
        self.up_proj = nn.Linear(dim, hidden_dim, bias=bias)
        self.down_proj = nn.Linear(hidden_dim, dim, bias=bias)
        self.activation = ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        """``(… E)`` to ``(… E)``."""
        projected: Tensor = self.down_proj(self.activation(self.up_proj(x)))
        return projected


def _tanh_gelu(x: Tensor) -> Tensor:
    return F.gelu(x, approximate="tanh")


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu_new": _tanh_gelu,
    "gelu_pytorch_tanh": _tanh_gelu,
    "gelu": F.gelu,
    "relu": F.relu,
}
"""The activations that an MLP without a gate can have, as ``config.json`` names them."""


@kind("gqa_attention")
class GroupedQueryAttention(nn.Module):
    """Attention in which several query heads share the keys and values of one head.

    Args:
        dim: E.
        num_heads: H.
        num_kv_heads: K, a divisor of H.
        head_dim: D, by default E / H.
        bias: Whether queries, keys and values have one.
        output_bias: Whether the output has one.
        qk_norm_eps: What the norms of queries and keys, head by head, add below the root; None for
            no norms.
        window: How many tokens a token sees where attention is causal, itself included; None for
            all before it.
    """

    attends = True

    def __init__(
        self,
        dim: int,
        num_heads: int,
        num_kv_heads: int,
        head_dim: int | None = None,
        bias: bool = False,
        output_bias: bool = False,
        qk_norm_eps: float | None = None,
        window: int | None = None,
    ) -> None:
        super().__init__()
        check_positive(dim=dim, num_heads=num_heads, num_kv_heads=num_kv_heads)
        if head_dim is not None:
            check_positive(head_dim=head_dim)
        if num_heads % num_kv_heads:
            raise ArgumentError(
                f"num_heads ({num_heads}) must be divisible by num_kv_heads ({num_kv_heads})"
            )
        if head_dim is None and dim % num_heads:
            raise ArgumentError(f"dim ({dim}) must be divisible by num_heads ({num_heads})")
        self.dim = dim
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = dim // num_heads if head_dim is None else head_dim
        self.bias, self.output_bias = bias, output_bias
        self.qk_norm_eps = qk_norm_eps
        self.window = window
        self.q_proj = nn.Linear(dim, num_heads * self.head_dim, bias=bias)
        self.k_proj = nn.Linear(dim, num_kv_heads * self.head_dim, bias=bias)
        self.v_proj = nn.Linear(dim, num_kv_heads * self.head_dim, bias=bias)
        self.o_proj = nn.Linear(num_heads * self.head_dim, dim, bias=output_bias)
        if qk_norm_eps is not None:
            self.q_norm = RMSNorm(self.head_dim, qk_norm_eps)
            self.k_norm = RMSNorm(self.head_dim, qk_norm_eps)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        rotation: Rotation | None = None,
        cache: LayerCache | None = None,
        causal: bool = False,
    ) -> Tensor:
        """Attend from every token to those that ``mask`` and ``causal`` allow.

        Args:
            x: ``(B, T, E)``, or ``(T, E)`` for one sequence.
            mask: Any mask of the attention functions.
            rotation: Cosines and sines by which queries and keys turn, ``(T, D)`` each.
            cache: Earlier tokens' keys and values; those of ``x`` are added.
            causal: Let a token attend to itself and earlier ones only.

        Returns:
            The shape of ``x``.

        Raises:
            ShapeError: ``x`` has another shape.
        """
        x = checked_features(self, x, self.dim)
        if x.dim() == 2:
            unbatched: Tensor = self(x[None], mask, rotation, cache, causal)
            return unbatched[0]
        if x.dim() != 3:
            raise ShapeError(f"expected two or three dimensions, got {x.dim()}")
        queries = self._heads(self.q_proj(x), self.num_heads)
        keys = self._heads(self.k_proj(x), self.num_kv_heads)
        values = self._heads(self.v_proj(x), self.num_kv_heads)
        if self.qk_norm_eps is not None:
            queries, keys = self.q_norm(queries), self.k_norm(keys)
        if rotation is not None:
            queries = rotated(queries, *rotation)
            keys = rotated(keys, *rotation)
        if cache is not None:
            keys, values = cache.extend(keys, values)
            queries = queries.to(keys.dtype)  # quantized layers give a type of their own
        attended = _attend(queries, keys, values, mask, causal, self.window)
        output: Tensor = self.o_proj(attended.transpose(1, 2).flatten(2))
        return output

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        names = ("dim", "num_heads", "num_kv_heads", "head_dim", "bias")
        more = ("output_bias", "qk_norm_eps", "window")
        return {name: getattr(self, name) for name in (*names, *more)}

    def summary(self) -> str:
        """The printed line."""
        return (
            f"PyTorch Grouped-Query Attention (dim={self.dim}, num_heads={self.num_heads}, "
            f"num_kv_heads={self.num_kv_heads})"
        )

    def _heads(self, projected: Tensor, heads: int) -> Tensor:
        return projected.view(*projected.shape[:-1], heads, self.head_dim).transpose(1, 2)


def rms_norm_layer(dim: int, eps: float = 1e-5) -> RMSNorm:
    """A layer that divides by the root of the mean square of its ``dim`` channels.

    Example:
        (setq layer (torch_rms_norm_layer 4))
        layer
        ; => PyTorch RMS Normalization (4)
        (torch_round (torch_forward layer '(3.0 -3.0 3.0 -3.0)))
        ; => (1.0 -1.0 1.0 -1.0)
    """
    return RMSNorm(dim, eps).to(current_device())


def swiglu(dim: int, hidden_dim: int) -> SwiGLU:
    """The gated MLP of Llama, ``down(silu(gate x) · up x)``, without bias.

    Example:
        (setq layer (torch_swiglu 64 128))
        layer
        ; => PyTorch SwiGLU (64 -> 128 -> 64)
        (torch_shape (torch_forward layer (torch_ones '(3 64))))
        ; => (3 64)
    """
    return SwiGLU(dim, hidden_dim).to(current_device())


def gqa_attention(
    dim: int, num_heads: int, num_kv_heads: int, head_dim: int | None = None
) -> GroupedQueryAttention:
    """Self-attention in which groups of query heads share keys and values.

    Example:
        (setq layer (torch_gqa_attention 64 8 2))
        layer
        ; => PyTorch Grouped-Query Attention (dim=64, num_heads=8, num_kv_heads=2)
        (torch_shape (torch_forward layer (torch_ones '(2 5 64)) (torch_causal_mask 5)))
        ; => (2 5 64)
    """
    return GroupedQueryAttention(dim, num_heads, num_kv_heads, head_dim).to(current_device())


def _attend(
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    mask: Tensor | None,
    causal: bool,
    window: int | None,
) -> Tensor:
    """Average ``(B, K, T, D)`` values by queries ``(B, H, S, D)`` of the last S of T tokens."""
    asked, known = queries.size(2), keys.size(2)
    allowed = None
    if mask is not None:  # a cache with a window no longer knows the tokens it starts with
        allowed = attention_mask(mask if mask.dim() < 2 else mask[..., -known:], queries, keys)
    plain = allowed is None and asked == known and (window is None or known <= window)
    if causal and asked > 1 and not plain:
        earlier = torch.ones(asked, known, dtype=torch.bool, device=queries.device)
        earlier = earlier.tril(known - asked)
        if window is not None:
            earlier = earlier.triu(known - asked - window + 1)
        allowed = _within(allowed, earlier)
    return F.scaled_dot_product_attention(
        queries, keys, values, allowed, is_causal=causal and plain, enable_gqa=True
    )


def _within(allowed: Tensor | None, earlier: Tensor) -> Tensor:
    if allowed is None:
        return earlier
    if allowed.dtype == torch.bool:
        return allowed & earlier
    return allowed.masked_fill(~earlier, -torch.inf)
