"""A language model as generation sees it: new tokens in, logits of the next token out.

B sequences, T tokens, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from torch_lib.decoder_engine import DecoderEngine, engine_for
from torch_lib.errors import KindError, TorchLibError
from torch_lib.events import Progress, emit
from torch_lib.kv_cache import KVCache, StaticCache
from torch_lib.layers import forward
from torch_lib.recorded_step import RecordedStep
from torch_lib.tied_embedding import TiedEmbedding

__all__ = [
    "DecodingContext",
    "context_limit",
    "input_vocabulary",
    "model_device",
    "reads_padded",
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

    def extend_each(self, ids: Tensor) -> Tensor:
        """Read more tokens: int64 ``(B, T)`` to the logits after each, float32 ``(B, T, V)``."""

    def select(self, rows: Tensor) -> None:
        """Continue with these rows, int64, which may repeat."""

    def truncate(self, length: int) -> None:
        """Forget all tokens but the first ``length``, where ``rewinds`` is true."""

    @property
    def rewinds(self) -> bool:
        """Whether tokens that have been read can be forgotten."""

    @property
    def length(self) -> int:
        """How many tokens have been read."""


def start_decoding(
    model: nn.Module,
    batch: int,
    capacity: int,
    use_cache: bool = True,
    padding: Tensor | None = None,
) -> DecodingContext:
    """A context for ``batch`` sequences of up to ``capacity`` tokens, with a cache if possible.

    Args:
        model: A language model.
        batch: B.
        capacity: How many tokens there will be.
        use_cache: Keep keys and values of what has been read.
        padding: How many of the first tokens of each sequence are none, where ``reads_padded``.
    """
    engine = engine_for(model) if use_cache else None
    if engine is not None:
        cache = engine.new_cache(batch, capacity, stepping=engine.device.type == "cuda")
        return _EngineContext(engine, cache, padding)
    if use_cache and isinstance(model, CachedModel):
        return _CachedContext(model, model.new_cache(batch, capacity))
    return _PlainContext(model, batch)


def reads_padded(model: nn.Module, use_cache: bool = True) -> bool:
    """Whether sequences of unequal length can be read together."""
    return use_cache and engine_for(model) is not None


CHUNK = 512
"""How many tokens of a prompt are read at once: more take memory, and make an interrupt wait."""


class _EngineContext:
    """Reads each token once, without the modules."""

    rewinds = True

    def __init__(self, engine: DecoderEngine, cache: StaticCache, padding: Tensor | None) -> None:
        self._engine = engine
        self._cache = cache
        self._padding = padding
        self._step: RecordedStep | None = None

    @property
    def length(self) -> int:
        return self._cache.length

    def extend(self, ids: Tensor) -> Tensor:
        with torch.inference_mode():
            if self._engine.device.type == "cuda" and ids.size(1) == 1 and self._padding is None:
                return self._repeated(ids)
            for chunk in _reported(ids):
                logits = self._engine.logits(chunk, self._cache, self._padding)
        return logits

    def extend_each(self, ids: Tensor) -> Tensor:
        with torch.inference_mode():
            return self._engine.logits(ids, self._cache, self._padding, last=False)

    def _repeated(self, ids: Tensor) -> Tensor:
        """``extend`` by one token on a GPU, which has recorded how."""
        position = self._cache.length
        if position == self._cache.capacity or not position:
            self._step = None
            return self._engine.logits(ids, self._cache)
        if self._step is None:
            self._step = RecordedStep(self._engine, self._cache, len(ids))
        logits = self._step(ids, position)
        self._cache.length = position + 1
        return logits

    def select(self, rows: Tensor) -> None:
        self._step = None
        with torch.inference_mode():
            self._cache.select(rows)
        if self._padding is not None:
            self._padding = self._padding[rows]

    def truncate(self, length: int) -> None:
        self._cache.truncate(length)


def _reported(ids: Tensor) -> Iterator[Tensor]:
    """The chunks of a prompt, telling of each of several how far reading has come."""
    chunks = torch.split(ids, CHUNK, 1)
    done = 0
    for chunk in chunks:
        yield chunk
        done += chunk.size(1)
        if len(chunks) > 1:
            emit(Progress("read prompt", done, ids.size(1)))


class _CachedContext:
    """Reads each token once."""

    def __init__(self, model: CachedModel, cache: KVCache) -> None:
        self._model = model
        self._cache = cache

    @property
    def rewinds(self) -> bool:
        return self._cache.rewinds

    @property
    def length(self) -> int:
        return self._cache.length

    def extend(self, ids: Tensor) -> Tensor:
        with torch.inference_mode():
            for chunk in _reported(ids):
                logits = self._model(chunk, None, self._cache, True)
        return logits[:, -1].float()

    def extend_each(self, ids: Tensor) -> Tensor:
        with torch.inference_mode():
            return self._model(ids, None, self._cache, False).float()

    def select(self, rows: Tensor) -> None:
        self._cache.select(rows)

    def truncate(self, length: int) -> None:
        self._cache.truncate(length)


class _PlainContext:
    """Reads everything again for each token: right for any model."""

    rewinds = True

    def __init__(self, model: nn.Module, batch: int) -> None:
        self._model = model
        self._ids = torch.empty(batch, 0, dtype=torch.int64)

    @property
    def length(self) -> int:
        return self._ids.size(1)

    def extend(self, ids: Tensor) -> Tensor:
        return self.extend_each(ids)[:, -1]

    def extend_each(self, ids: Tensor) -> Tensor:
        first = self._ids.size(1) == 0
        self._ids = torch.cat((self._ids.to(ids.device), ids), dim=1)
        if not first:
            return self._logits()[:, -ids.size(1) :].float()
        try:
            logits = self._logits()
        except (TorchLibError, RuntimeError) as error:
            raise _no_logits() from error
        expected = (*self._ids.shape, logits.size(-1)) if logits.dim() else ()
        if logits.shape != expected or not logits.is_floating_point():
            raise _no_logits()
        return logits.float()

    def select(self, rows: Tensor) -> None:
        self._ids = self._ids[rows]

    def truncate(self, length: int) -> None:
        self._ids = self._ids[:, :length]

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
    kinds = (nn.Embedding, TiedEmbedding)
    embeddings = (module for module in model.modules() if isinstance(module, kinds))
    first = next(embeddings, None)
    return None if first is None else first.num_embeddings


def model_device(model: nn.Module) -> torch.device:
    """Where the model's first parameter lies."""
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device
