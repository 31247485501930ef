"""A language model as generation sees it: new tokens in, logits of the next token out.

B sequences, T tokens, V vocabulary.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from torch_lib.errors import KindError, TorchLibError
from torch_lib.kv_cache import KVCache
from torch_lib.layers import forward

__all__ = [
    "DecodingContext",
    "context_limit",
    "input_vocabulary",
    "model_device",
    "start_decoding",
]


@runtime_checkable
class CachedModel(Protocol):
    """A model that can keep the keys and values of what it has read."""

    def new_cache(self, batch: int, capacity: int) -> KVCache:
        """An empty cache for ``batch`` sequences of up to ``capacity`` tokens."""

    def __call__(self, ids: Tensor, mask: Tensor | None, cache: KVCache, last_only: bool) -> Tensor:
        """Logits ``(B, T, V)``, or ``(B, 1, V)`` of the last token only."""


class DecodingContext(Protocol):
    """What a model has read so far."""

    def extend(self, ids: Tensor) -> Tensor:
        """Read more tokens.

        Args:
            ids: int64 ``(B, T)``.

        Returns:
            float32 logits ``(B, V)`` of the token that follows.
        """

    def select(self, rows: Tensor) -> None:
        """Continue with these rows, int64 ``(B,)``, which may repeat."""


def start_decoding(
    model: nn.Module, batch: int, capacity: int, use_cache: bool = True
) -> DecodingContext:
    """A context for ``batch`` sequences of up to ``capacity`` tokens, with a cache if possible."""
    if use_cache and isinstance(model, CachedModel):
        return _CachedContext(model, model.new_cache(batch, capacity))
    return _PlainContext(model, batch)


class _CachedContext:
    """Reads each token once."""

    def __init__(self, model: CachedModel, cache: KVCache) -> None:
        self._model = model
        self._cache = cache

    def extend(self, ids: Tensor) -> Tensor:
        with torch.inference_mode():
            return self._model(ids, None, self._cache, True)[:, -1].float()

    def select(self, rows: Tensor) -> None:
        self._cache.select(rows)


class _PlainContext:
    """Reads everything again for each token: right for any model."""

    def __init__(self, model: nn.Module, batch: int) -> None:
        self._model = model
        self._ids = torch.empty(batch, 0, dtype=torch.int64)

    def extend(self, ids: Tensor) -> Tensor:
        first = self._ids.size(1) == 0
        self._ids = torch.cat((self._ids.to(ids.device), ids), dim=1)
        if not first:
            return self._logits()[:, -1].float()
        try:
            logits = self._logits()
        except (TorchLibError, RuntimeError) as error:
            raise _no_logits() from error
        expected = (*self._ids.shape, logits.size(-1)) if logits.dim() else ()
        if logits.shape != expected or not logits.is_floating_point():
            raise _no_logits()
        return logits[:, -1].float()

    def select(self, rows: Tensor) -> None:
        self._ids = self._ids[rows]

    def _logits(self) -> Tensor:
        with torch.no_grad():
            return forward(self._model, self._ids)


def _no_logits() -> KindError:
    return KindError("the model does not give next-token logits (expected [batch seq vocab])")


def context_limit(model: nn.Module) -> int | None:
    """How many tokens the model can read at most, None for any number."""
    limits = (
        getattr(module, name, None)
        for module in model.modules()
        for name in ("context_length", "max_length")
    )
    return min((limit for limit in limits if isinstance(limit, int)), default=None)


def input_vocabulary(model: nn.Module) -> int | None:
    """How many token ids the model knows, judged by its first embedding."""
    embeddings = (module for module in model.modules() if isinstance(module, nn.Embedding))
    first = next(embeddings, None)
    return None if first is None else first.num_embeddings


def model_device(model: nn.Module) -> torch.device:
    """Where the model's first parameter lies."""
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device
