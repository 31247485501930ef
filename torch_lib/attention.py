"""Attention: the fused kernel, and the modules that project into it.

B batch, H heads, T positions, S key positions, D head size, E = H x D embedding size. Scores are
never built: memory grows with T, not its square. A query that may see nothing gets zeros.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.display import number_text, shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.kinds import kind
from torch_lib.layers import Linear, check_dropout
from torch_lib.masks import attention_mask, with_causal
from torch_lib.options import check_positive
from torch_lib.placement import follow
from torch_lib.tensors import item

__all__ = [
    "flash_attention",
    "flash_attention_create",
    "flash_attention_forward",
    "flash_attention_masked",
    "flash_attention_with_dropout",
    "flash_attention_with_mask",
    "multihead_attention",
    "multihead_attention_forward",
    "scaled_dot_product_attention",
]


class ProjectedAttention(nn.Module):
    """Linear projections of queries, keys, values and of what the fused kernel makes of them.

    Args:
        embed_dim: The embedding size, a multiple of ``num_heads``.
        num_heads: How many parts of it attend on their own.
        dropout: The probability with which a weight is dropped while training.
        bias: Whether the projections add one.
    """

    attends = True

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True
    ) -> None:
        super().__init__()
        check_heads(embed_dim, num_heads)
        check_dropout(dropout)
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.dropout, self.bias = dropout, bias
        self.q_proj = Linear(embed_dim, embed_dim, bias)
        self.k_proj = Linear(embed_dim, embed_dim, bias)
        self.v_proj = Linear(embed_dim, embed_dim, bias)
        self.out_proj = Linear(embed_dim, embed_dim, bias)
        if bias:
            for projection in (self.q_proj, self.k_proj, self.v_proj, self.out_proj):
                nn.init.zeros_(projection.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        mask: Tensor | None = None,
        dropout_p: float | None = None,
    ) -> Tensor:
        """Attend from ``query`` to ``key`` and ``value``, by default to itself.

        Args:
            query: ``(B T E)`` or ``(T E)``.
            key: ``(B S E)`` or ``(S E)``.
            value: As ``key``, which it is by default.
            mask: Which positions may be seen.
            dropout_p: By default the module's rate while training, else 0.
        """
        if key is None:
            key = query
        if value is None:
            value = key
        _check_inputs(self.embed_dim, query, key, value)
        if dropout_p is None:
            dropout_p = self.dropout if self.training else 0.0
        attended = _attend_in_heads(
            (self.q_proj(query), self.k_proj(key), self.v_proj(value)),
            self.num_heads,
            mask,
            dropout_p,
        )
        output: Tensor = self.out_proj(attended)
        return output


@kind("multihead_attention")
class MultiheadAttention(ProjectedAttention):
    """PyTorch's multi-head attention, batch first, with its initial weights and state names.

    PyTorch's own forward gives nan for a query that may see nothing.
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0) -> None:
        super().__init__(embed_dim, num_heads, dropout)
        for projection in (self.q_proj, self.k_proj, self.v_proj):
            # Xavier's bound for the (3E, E) matrix that PyTorch has in place of the three.
            nn.init.xavier_uniform_(projection.weight, gain=math.sqrt(0.5))
        self.register_state_dict_post_hook(_join_projections)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_pre_hook(_split_projections)  # type: ignore[no-untyped-call]

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "embed_dim": self.embed_dim,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
        }

    def summary(self) -> str:
        """The printed line."""
        sizes = f"embed_dim={self.embed_dim}, num_heads={self.num_heads}"
        return f"PyTorch Multi-Head Attention ({sizes}{dropout_text(self.dropout)})"


@kind("flash_attention")
class FlashAttention(ProjectedAttention):
    """The projections under their own names, with Xavier weights."""

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True
    ) -> None:
        super().__init__(embed_dim, num_heads, dropout, bias)
        for projection in (self.q_proj, self.k_proj, self.v_proj, self.out_proj):
            nn.init.xavier_uniform_(projection.weight)

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "embed_dim": self.embed_dim,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
            "bias": self.bias,
        }

    def summary(self) -> str:
        """The printed line."""
        heads = f"num_heads={self.num_heads}, head_dim={self.embed_dim // self.num_heads}"
        rest = f"dropout={number_text(self.dropout)}, bias={str(self.bias).lower()}"
        return f"Flash Attention (embed_dim={self.embed_dim}, {heads}, {rest})"


def multihead_attention(embed_dim: int, num_heads: int, dropout: float = 0.0) -> MultiheadAttention:
    """Multi-head attention, batch first, with bias; weights are dropped while training.

    Raises:
        ArgumentError: ``embed_dim`` is not divisible by ``num_heads``, or ``dropout`` is not in
            [0, 1).

    Example:
        (torch_multihead_attention 64 4)
        ; => PyTorch Multi-Head Attention (embed_dim=64, num_heads=4)
        (torch_multihead_attention 64 4 0.1)
        ; => PyTorch Multi-Head Attention (embed_dim=64, num_heads=4, dropout=0.1)
    """
    return MultiheadAttention(embed_dim, num_heads, dropout)


def multihead_attention_forward(
    layer: MultiheadAttention | FlashAttention,
    query: Tensor,
    key_or_mask: Tensor | None = None,
    value: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """Attention of ``query`` to keys and values, or, with at most a mask besides, to itself.

    Args:
        layer: The module.
        query: ``(B T E)`` or ``(T E)``.
        key_or_mask: The mask of self-attention, or keys ``(B S E)`` when ``value`` follows.
        value: ``(B S E)``.
        mask: Which keys may be seen when ``value`` is given.

    Raises:
        ShapeError: Sizes do not fit the module, each other or the mask.

    Example:
        (setq layer (torch_multihead_attention 64 4))
        (setq text (torch_ones '(2 5 64)))
        (torch_shape (torch_multihead_attention_forward layer text (torch_causal_mask 5)))
        ; => (2 5 64)
        (setq picture (torch_ones '(2 9 64)))
        (torch_shape (torch_multihead_attention_forward layer text picture picture))
        ; => (2 5 64)
    """
    if value is None:
        return _apply(layer, query, mask=key_or_mask)
    if key_or_mask is None:
        raise ArgumentError("a value needs a key")
    return _apply(layer, query, key_or_mask, value, mask=mask)


def flash_attention_create(
    embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True
) -> FlashAttention:
    """An attention module whose memory grows linearly with the sequence.

    Raises:
        ArgumentError: ``embed_dim`` is not divisible by ``num_heads``, or ``dropout`` is not in
            [0, 1).

    Example:
        (torch_flash_attention_create 64 4)
        ; => Flash Attention (embed_dim=64, num_heads=4, head_dim=16, dropout=0, bias=true)
    """
    return FlashAttention(embed_dim, num_heads, dropout, bias)


def flash_attention_forward(
    attention: FlashAttention, query: Tensor, key: Tensor, value: Tensor
) -> Tensor:
    """Attention of ``query`` to ``key`` and ``value``, ``(B T E)`` each, giving ``(B T E)``.

    Raises:
        ShapeError: Sizes do not fit the module or each other.

    Example:
        (setq layer (torch_flash_attention_create 64 4))
        (setq text (torch_ones '(2 5 64)))
        (torch_shape (torch_flash_attention_forward layer text text text))
        ; => (2 5 64)
    """
    return _apply(attention, query, key, value)


def flash_attention_with_mask(
    attention: FlashAttention, query: Tensor, key: Tensor, value: Tensor, mask: Tensor
) -> Tensor:
    """Attention of ``query`` to the positions of ``key`` and ``value`` that ``mask`` allows.

    Raises:
        ShapeError: Sizes do not fit the module, each other or the mask.

    Example:
        (setq layer (torch_flash_attention_create 64 4))
        (setq text (torch_ones '(2 5 64)))
        (torch_shape (torch_flash_attention_with_mask layer text text text (torch_causal_mask 5)))
        ; => (2 5 64)
    """
    return _apply(attention, query, key, value, mask=mask)


def flash_attention_with_dropout(
    attention: FlashAttention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    dropout_p: float,
    training: bool,
) -> Tensor:
    """Attention that drops weights with probability ``dropout_p`` if ``training``.

    Raises:
        ShapeError: Sizes do not fit the module or each other.
        ArgumentError: ``dropout_p`` is not in [0, 1).

    Example:
        (setq layer (torch_flash_attention_create 64 4))
        (setq text (torch_ones '(2 5 64)))
        (torch_shape (torch_flash_attention_with_dropout layer text text text 0.1 true))
        ; => (2 5 64)
    """
    check_dropout(dropout_p)
    return _apply(attention, query, key, value, dropout_p=dropout_p if training else 0.0)


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Average ``value``, weighted by how well each key matches the query.

    Args:
        query: ``(B H T D)``.
        key: ``(B H S D)``; fewer heads, each shared by several of the query, with ``enable_gqa``.
        value: ``(B H S D)``.
        mask: Which keys a query may see, or numbers to add to the scores.
        dropout_p: The probability with which a weight is dropped, in training or not.
        is_causal: Let position ``i`` see positions up to ``i``; combines with ``mask``.
        scale: What scores are multiplied by, by default ``1/sqrt(D)``.
        enable_gqa: Whether keys and values may have fewer heads.

    Raises:
        ShapeError: Sizes do not fit each other or the mask.
        ArgumentError: ``dropout_p`` is not in [0, 1).

    Example:
        (setq zeros (torch_zeros '(1 1 2 2)))
        (setq value '((((1.0 2.0) (3.0 4.0)))))
        (torch_scaled_dot_product_attention zeros zeros value)
        ; => ((((2.0 3.0) (2.0 3.0))))
        (torch_scaled_dot_product_attention zeros zeros value (torch_causal_mask 2))
        ; => ((((1.0 2.0) (2.0 3.0))))
    """
    _check_heads_fit(query, key, value, enable_gqa)
    check_dropout(dropout_p)
    if mask is not None:
        mask = attention_mask(mask, query, key, padding=False)
        if is_causal:
            mask, is_causal = with_causal(mask, query, key), False
    return F.scaled_dot_product_attention(
        query, key, value, mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa
    )


def flash_attention(
    query: Tensor, key: Tensor, value: Tensor, scale: Tensor | float | None = None
) -> Tensor:
    """Attention without mask or dropout, in memory that grows linearly with the sequence.

    Args:
        query: ``(B H T D)``, or ``(B T D)`` for one head.
        key: ``(B H S D)`` or ``(B S D)``.
        value: As ``key``.
        scale: What scores are multiplied by, by default ``1/sqrt(D)``.

    Raises:
        ShapeError: Sizes do not fit each other.

    Example:
        (setq zeros (torch_zeros '(1 2 2)))
        (torch_flash_attention zeros zeros '(((1.0 2.0) (3.0 4.0))))
        ; => (((2.0 3.0) (2.0 3.0)))
    """
    return flash_attention_masked(query, key, value, scale)


def flash_attention_masked(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: Tensor | float | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """``flash_attention`` of the positions that ``mask`` allows.

    Raises:
        ShapeError: Sizes do not fit each other or the mask.

    Example:
        (setq zeros (torch_zeros '(1 2 2)))
        (setq value '(((1.0 2.0) (3.0 4.0))))
        (torch_flash_attention_masked zeros zeros value nil (torch_causal_mask 2))
        ; => (((1.0 2.0) (2.0 3.0)))
    """
    factor = item(scale) if isinstance(scale, Tensor) else scale
    if query.dim() == 3:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        return scaled_dot_product_attention(query, key, value, mask, scale=factor).squeeze(1)
    return scaled_dot_product_attention(query, key, value, mask, scale=factor)


def check_heads(embed_dim: int, num_heads: int) -> None:
    """Refuse sizes that do not divide into heads.

    Raises:
        ArgumentError: A size is not positive, or heads would differ in size.
    """
    check_positive(embed_dim=embed_dim, num_heads=num_heads)
    if embed_dim % num_heads:
        sizes = f"embed_dim ({embed_dim}) must be divisible by num_heads ({num_heads})"
        raise ArgumentError(sizes)


def dropout_text(probability: float) -> str:
    """What a summary says of dropout: nothing where there is none."""
    return f", dropout={number_text(probability)}" if probability else ""


def _join_projections(
    module: nn.Module, state: dict[str, Any], prefix: str, local_metadata: object
) -> None:
    """Name the weights of the three input projections as PyTorch does, which has them in one."""
    after = {name: state.pop(name) for name in list(state) if name.startswith(f"{prefix}out_proj")}
    for part in ("weight", "bias"):
        names = [f"{prefix}{letter}_proj.{part}" for letter in "qkv"]
        if all(name in state for name in names):
            state[f"{prefix}in_proj_{part}"] = torch.cat([state.pop(name) for name in names])
    state.update(after)


def _split_projections(
    module: nn.Module, state: dict[str, Any], prefix: str, *details: object
) -> None:
    """Undo ``_join_projections`` before the weights are loaded."""
    for part in ("weight", "bias"):
        joined = state.pop(f"{prefix}in_proj_{part}", None)
        if joined is not None:
            for letter, piece in zip("qkv", joined.chunk(3), strict=True):
                state[f"{prefix}{letter}_proj.{part}"] = piece


def _apply(attention: nn.Module, *inputs: Tensor, **options: Any) -> Tensor:
    attended: Tensor = attention(*[follow(attention, input) for input in inputs], **options)
    return attended


def _check_inputs(embed_dim: int, query: Tensor, key: Tensor, value: Tensor) -> None:
    """Refuse inputs that are not ``(B T E)`` or ``(T E)`` and fit the module and each other."""
    for input in (query, key, value):
        if input.dim() != query.dim() or input.dim() not in (2, 3):
            raise ShapeError(f"expected two or three dimensions, got {input.dim()}")
        if input.size(-1) != embed_dim:
            size = f"embedding size is {input.size(-1)}, the layer expects {embed_dim}"
            raise ShapeError(size)
        if input.shape[:-2] != query.shape[:-2]:
            raise ShapeError(f"batch sizes differ: {query.size(0)} and {input.size(0)}")
    if key.size(-2) != value.size(-2):
        lengths = f"{key.size(-2)} and {value.size(-2)}"
        raise ShapeError(f"keys and values differ in length: {lengths}")


def _attend_in_heads(
    projected: tuple[Tensor, ...], num_heads: int, mask: Tensor | None, dropout_p: float
) -> Tensor:
    """Attention of ``(B T E)`` or ``(T E)`` inputs, head by head, in the shape of the first."""
    query, key, value = (
        input.reshape(-1, input.size(-2), num_heads, input.size(-1) // num_heads).transpose(1, 2)
        for input in projected
    )
    allowed = None if mask is None else attention_mask(mask, query, key)
    heads = F.scaled_dot_product_attention(query, key, value, allowed, dropout_p)
    return heads.transpose(1, 2).reshape(projected[0].shape)


def _check_heads_fit(query: Tensor, key: Tensor, value: Tensor, grouped: bool) -> None:
    for input in (query, key, value):
        if input.dim() != 4:
            raise ShapeError(
                f"expected four dimensions (batch heads length size), got {input.dim()}"
            )
    if query.size(-1) != key.size(-1):
        sizes = f"({query.size(-1)} and {key.size(-1)})"
        raise ShapeError(f"query and key head sizes differ {sizes}")
    if key.shape[:3] != value.shape[:3]:
        shapes = f"{shape_text(key.shape)} and {shape_text(value.shape)}"
        raise ShapeError(f"keys and values differ: {shapes}")
    if query.size(0) != key.size(0):
        raise ShapeError(f"batch sizes differ: {query.size(0)} and {key.size(0)}")
    heads, shared = query.size(1), key.size(1)
    if heads != shared and not grouped:
        raise ShapeError(
            f"query has {heads} heads and key {shared}: enable_gqa lets them be shared"
        )
    if heads % shared:
        raise ShapeError(f"{heads} query heads cannot share {shared} key heads evenly")
