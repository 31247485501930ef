"""What a model has read for one text, kept for the next that begins alike.

Each turn of a conversation repeats all turns before it: only what is new has to be read.
"""

from __future__ import annotations

from itertools import chain

import torch
from torch import Tensor, nn

from torch_lib.decoding import DecodingContext, start_decoding

__all__ = ["PrefixMemory"]

Fingerprint = tuple[tuple[int, int], ...]


class PrefixMemory:
    """The last context of a model, as long as its weights are as they were."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._context: DecodingContext | None = None
        self._ids = torch.empty(0, dtype=torch.int64)
        self._weights: Fingerprint = ()

    def recall(self, ids: Tensor, capacity: int, use_cache: bool) -> tuple[DecodingContext, int]:
        """A context for ``ids``, int64 ``(1, T)``, and how many of them it has read."""
        known = self._known(ids[0])
        context, self._context = self._context, None  # a text that is interrupted leaves nothing
        if context is None or not known:
            return start_decoding(self._model, 1, capacity, use_cache), 0
        context.truncate(known)
        return context, known

    def keep(self, context: DecodingContext, ids: Tensor) -> None:
        """Remember a context that was given ``ids``, ``(T,)``, and perhaps more."""
        if context.rewinds:
            self._context, self._ids = context, ids[: context.length].clone()
            self._weights = _fingerprint(self._model)

    def _known(self, ids: Tensor) -> int:
        """How many tokens are as in the last text; the last of ``ids`` has to be read anew."""
        if self._context is None or self._weights != _fingerprint(self._model):
            return 0
        shared = min(len(ids) - 1, len(self._ids))
        differing = (ids[:shared] != self._ids[:shared]).nonzero()
        return int(differing[0]) if len(differing) else shared


def _fingerprint(model: nn.Module) -> Fingerprint:
    """What changes when weights do, in place or for others."""
    tensors = chain(model.parameters(), model.buffers())
    return tuple(
        (id(tensor), 0 if tensor.is_inference() else tensor._version) for tensor in tensors
    )
