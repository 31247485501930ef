"""Looking at attention: the weights that the fused kernel uses and never builds.

B batch, H heads, Q queries, K keys, D head size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from torch_lib.errors import ArgumentError
from torch_lib.layers import forward
from torch_lib.memory import check_room
from torch_lib.modules import evaluating

__all__ = ["AttentionWatch", "attention_scores"]

PARAMETERS = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")


def attention_scores(
    model: nn.Module,
    input: Tensor,
    layer: int = 0,
    head: int | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """How much each position attends to each other one, in a layer of a model.

    Args:
        model: Any module that attends: an attention layer, a block, a whole model.
        input: What ``forward`` takes.
        layer: Which of the attentions, in the order in which the model computes them; negative
            ones count from the end.
        head: One head, by default all of them.
        mask: Which positions may be seen.

    Returns:
        ``(B H Q K)``, or ``(B Q K)`` for one head; every row sums to 1, or is 0 where a query may
        see nothing.

    Raises:
        ArgumentError: The model attends nowhere, or there is no such layer or head.
        ShapeError: There is no memory for the scores.

    Example:
        (setq block (torch_transformer_block 8 2 16))
        (torch_shape (torch_attention_scores block (torch_ones '(1 3 8))))
        ; => (1 2 3 3)
    """
    watching = AttentionWatch()
    with evaluating(model), torch.no_grad(), watching:
        forward(model, input, mask)
    count = len(watching.calls)
    if not count:
        raise ArgumentError("the model does not attend")
    if not -count <= layer < count:
        raise ArgumentError(f"layer {layer} is outside 0 .. {count - 1}")
    scores = _scores(**watching.calls[layer])
    if head is None:
        return scores
    if not 0 <= head < scores.size(1):
        raise ArgumentError(f"head {head} is outside 0 .. {scores.size(1) - 1}")
    return scores[:, head]


class AttentionWatch(TorchFunctionMode):
    """Takes down what the kernel is called with."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[dict[str, Any]] = []

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        arguments: tuple[Any, ...] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(options or {})
        if function is F.scaled_dot_product_attention:
            self.calls.append({**dict(zip(PARAMETERS, arguments, strict=False)), **given})
        return function(*arguments, **given)

    def scores(self) -> list[Tensor]:
        """The weights ``(B H Q K)`` of every call so far."""
        return [_scores(**call) for call in self.calls]


def _scores(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """The weights of the kernel's documentation."""
    check_room((*query.shape[:-1], key.size(-2)), query.dtype, query.device)
    if enable_gqa:
        key = key.repeat_interleave(query.size(1) // key.size(1), 1)
    products = query @ key.mT * (1 / math.sqrt(query.size(-1)) if scale is None else scale)
    if is_causal:
        seen = torch.ones(products.shape[-2:], dtype=torch.bool, device=products.device).tril()
        products = products.masked_fill(~seen, -math.inf)
    if attn_mask is not None:
        keeps = attn_mask.dtype == torch.bool
        products = products.masked_fill(~attn_mask, -math.inf) if keeps else products + attn_mask
    return products.softmax(-1).nan_to_num(0.0)
