"""Looking at attention: the weights that the fused kernel uses and never builds.

B batch, H heads, Q queries, K keys, D head size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from torch_lib.errors import ArgumentError
from torch_lib.layers import forward
from torch_lib.memory import check_room
from torch_lib.modules import evaluating
from torch_lib.tokenizers import Tokenizer, tokenizer_of

__all__ = ["AttentionMaps", "AttentionWatch", "attention_maps", "attention_scores"]

KERNELS = (F.scaled_dot_product_attention, torch.ops.aten.scaled_dot_product_attention.default)
"""The kernel, and what an exported program calls in its place."""

MULTIHEAD = signature(F.multi_head_attention_forward)
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
    watching = watched(model, input, mask)
    count = len(watching.calls)
    if not -count <= layer < count:
        raise ArgumentError(f"layer {layer} is outside 0 .. {count - 1}")
    scores = watching.calls[layer].scores()
    if head is None:
        return scores
    if not 0 <= head < scores.size(1):
        raise ArgumentError(f"head {head} is outside 0 .. {scores.size(1) - 1}")
    return scores[:, head]


def attention_maps(
    model: nn.Module, input: Tensor, mask: Tensor | None = None, part: nn.Module | None = None
) -> AttentionMaps:
    """The attention weights of every layer of a model, by the name of the layer.

    Args:
        model: Any module that attends.
        input: What ``forward`` takes.
        mask: Which positions may be seen.
        part: A module inside the model: only what attends within it.

    Returns:
        Read by key, ``(B H Q K)`` each. They are computed when they are read: those of all layers
        together may be larger than the memory.

    Raises:
        ArgumentError: The model, or the part of it, attends nowhere.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":2}))
        (setq maps (torch_attention_maps model '((1 2 3))))
        maps
        ; => Attention Maps (layers: 2)
        (torch_shape (maps "model.layers.1.self_attn"))
        ; => (1 2 3 3)
    """
    calls = watched(model, input, mask).calls
    if part is not None and part is not model:
        name = next((name for name, inner in model.named_modules() if inner is part), None)
        calls = [call for call in calls if name in call.within]
        if not calls:
            raise ArgumentError("this part of the model does not attend")
    return AttentionMaps(calls, _texts(model, input))


def _texts(model: nn.Module, input: Tensor) -> tuple[tuple[str, ...], ...]:
    """The text of every token where a tokenizer is known, a tuple for each sequence."""
    tokenizer: Tokenizer | None = tokenizer_of(input) or getattr(model, "tokenizer", None)
    if tokenizer is None or input.is_floating_point() or input.dim() not in (1, 2):
        return ()
    ids = input.reshape(-1, input.size(-1)).tolist()
    known = {token for sequence in ids for token in sequence if token < tokenizer.vocab_size}
    texts = {token: tokenizer.decode([token]) or tokenizer.id_token(token) for token in known}
    return tuple(tuple(texts.get(token, f"#{token}") for token in sequence) for sequence in ids)


class AttentionCall(Protocol):
    """One time that something attended; the weights are computed when they are asked for."""

    @property
    def within(self) -> tuple[str, ...]:
        """The modules that it happened in, the innermost last."""
        ...

    def scores(self) -> Tensor:
        """The weights ``(B H Q K)``."""
        ...

    def outline(self) -> Tensor:
        """A tensor like the weights, without elements of its own."""
        ...


@dataclass(frozen=True, slots=True)
class KernelCall:
    """One use of the kernel, with its arguments by name."""

    given: Mapping[str, Any]
    within: tuple[str, ...]

    def scores(self) -> Tensor:
        """The weights ``(B H Q K)``."""
        return _scores(**self.given)

    def outline(self) -> Tensor:
        """A tensor like the weights, without elements of its own."""
        query, key = self.given["query"], self.given["key"]
        return _outline(query, (*query.shape[:-1], key.size(-2)))


@dataclass(frozen=True, slots=True)
class MultiheadCall:
    """One use of the function behind PyTorch's own ``nn.MultiheadAttention``.

    Its inputs are ``(Q B E)`` and ``(K B E)``, or without ``B``.
    """

    given: Mapping[str, Any]
    within: tuple[str, ...]

    def scores(self) -> Tensor:
        """The weights ``(B H Q K)``."""
        shape, query = self._shape(), self.given["query"]
        check_room(shape, query.dtype, query.device)
        wanted = {"training": False, "need_weights": True, "average_attn_weights": False}
        with torch.no_grad():
            _, weights = F.multi_head_attention_forward(**{**self.given, **wanted})
        assert weights is not None
        return weights.reshape(shape).nan_to_num(0.0)

    def outline(self) -> Tensor:
        """A tensor like the weights, without elements of its own."""
        return _outline(self.given["query"], self._shape())

    def _shape(self) -> tuple[int, ...]:
        query, key = self.given["query"], self.given["key"]
        batch = query.size(1) if query.dim() == 3 else 1
        more = (self.given["bias_k"] is not None) + self.given["add_zero_attn"]
        return batch, self.given["num_heads"], query.size(0), key.size(0) + more


def _outline(like: Tensor, shape: tuple[int, ...]) -> Tensor:
    blank: Tensor = like.new_zeros(())
    return blank.expand(shape)


class AttentionMaps(Mapping[str, Tensor]):
    """The attention weights ``(B H Q K)`` by the name of the layer, computed when they are read.

    Args:
        calls: How the layers attended, in order.
        tokens: The text of each position, if known: a tuple for each sequence of the batch.
    """

    kind = "attention_maps"

    def __init__(
        self, calls: Iterable[AttentionCall], tokens: tuple[tuple[str, ...], ...] = ()
    ) -> None:
        self.tokens = tokens
        self._calls: dict[str, AttentionCall] = {}
        for call in calls:
            layer = name = "".join(call.within[-1:]) or "attention"
            number = 1
            while name in self._calls:
                number += 1
                name = f"{layer} #{number}"
            self._calls[name] = call

    def __getitem__(self, name: str) -> Tensor:
        return self._calls[name].scores()

    def __iter__(self) -> Iterator[str]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def outline(self, name: str) -> Tensor:
        """A tensor like the one under ``name``, without elements of its own."""
        return self._calls[name].outline()

    def summary(self) -> str:
        """The printed line."""
        return f"Attention Maps (layers: {len(self)})"


def watched(model: nn.Module, input: Tensor, mask: Tensor | None) -> AttentionWatch:
    """How the model attends, without dropout.

    Raises:
        ArgumentError: It does not.
    """
    watching = AttentionWatch()
    with watching.names_of(model), evaluating(model), torch.no_grad(), watching:
        forward(model, input, mask)
    if not watching.calls:
        raise ArgumentError("the model does not attend")
    return watching


class AttentionWatch(TorchFunctionMode):
    """Takes down what the kernel, or PyTorch's own multi-head attention, is called with."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[AttentionCall] = []
        self._within: list[str] = []

    @contextmanager
    def names_of(self, model: nn.Module) -> Iterator[None]:
        """Take down too within which modules of ``model``, the innermost last."""
        hooks = []
        for name, module in model.named_modules():
            hooks.append(module.register_forward_pre_hook(self._entering(name)))
            hooks.append(module.register_forward_hook(self._leaving, always_call=True))
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _entering(self, name: str) -> Callable[[nn.Module, Any], None]:
        return lambda module, arguments: self._within.append(name)

    def _leaving(self, module: nn.Module, arguments: Any, result: Any) -> None:
        self._within.pop()

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        arguments: tuple[Any, ...] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(options or {})
        if function in KERNELS:
            call = dict(zip(PARAMETERS, arguments, strict=False))
            self.calls.append(KernelCall({**call, **given}, tuple(self._within)))
        elif function is F.multi_head_attention_forward:
            call = MULTIHEAD.bind(*arguments, **given).arguments
            self.calls.append(MultiheadCall(call, tuple(self._within)))
        return function(*arguments, **given)

    def scores(self) -> list[Tensor]:
        """The weights ``(B H Q K)`` of every call so far."""
        return [call.scores() for call in self.calls]


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
