"""What a decoder model has read: its cache or its tokens, and the attention maps that were kept.

B sequences, T tokens, V vocabulary.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from torch_lib.attention_scores import AttentionWatch
from torch_lib.decoder import DecoderModel
from torch_lib.errors import ArgumentError
from torch_lib.kv_cache import KVCache
from torch_lib.layers import check_ids, forward, whole_ids
from torch_lib.modules import evaluating

__all__ = ["ModelContext", "kept_scores", "read", "watched_forward"]

_FIRST_ROOM = 64  # tokens that a context has room for before it grows


class ModelContext:
    """What a model has read: the tokens that it is given next continue it.

    Attributes:
        model: The model.
        scores: Attention maps ``(B H Q K)`` of the last manual pass, one a layer.
    """

    def __init__(self, model: DecoderModel, use_cache: bool) -> None:
        self.model = model
        self.scores: list[Tensor] = []
        self._use_cache = use_cache
        self._cache: KVCache | None = None
        self._read: Tensor | None = None

    @property
    def length(self) -> int:
        """How many tokens the model has read."""
        if self._cache is not None:
            return self._cache.length
        return 0 if self._read is None else self._read.size(1)

    def extend(self, ids: Tensor) -> Tensor:
        """Read more tokens: int64 ``(B, T)`` to their logits ``(B, T, V)``."""
        check_ids(ids, self.model.config.vocab_size)
        with torch.no_grad():
            if self._use_cache:
                if self._cache is None:
                    self._cache = self.model.new_cache(ids.size(0), _FIRST_ROOM)
                cached: Tensor = self.model(ids, None, self._cache)
                return cached
            self._read = ids if self._read is None else torch.cat((self._read, ids), dim=1)
            whole: Tensor = self.model(self._read)
            return whole[:, -ids.size(1) :]

    def clear(self) -> None:
        """Begin anew."""
        self._cache = self._read = None
        self.scores = []

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Model Context (tokens={self.length})"


def read(model: DecoderModel, ids: Tensor, context: ModelContext | None) -> Tensor:
    """Logits of ``ids``, ``(B T)`` or ``(T)``, which continue what ``context`` has read."""
    if context is None:
        return forward(model, ids)
    if context.model is not model:
        raise ArgumentError("the context is of another model")
    whole = whole_ids(ids).to(model.lm_head.weight.device)
    return context.extend(whole) if whole.dim() == 2 else context.extend(whole.reshape(1, -1))[0]


def watched_forward(model: DecoderModel, ids: Tensor, context: ModelContext | None) -> Tensor:
    """``read``, with the attention maps kept for ``kept_scores``."""
    with AttentionWatch() as watch, evaluating(model), torch.no_grad():
        logits = read(model, ids, context)
        kept_scores(model, context)[:] = watch.scores()
    return logits


def kept_scores(model: DecoderModel, context: ModelContext | None) -> list[Tensor]:
    """The attention maps of the last ``watched_forward``, one a layer; of the context, if any."""
    return _scores.setdefault(model, []) if context is None else context.scores


_scores: WeakKeyDictionary[DecoderModel, list[Tensor]] = WeakKeyDictionary()
