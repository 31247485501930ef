"""Reading one token at a time on a GPU, recorded once and repeated without Python.

A step of a decoder is hundreds of small kernels, which a GPU finishes faster than Python can ask
for them; as a CUDA graph they are one request.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_lib.decoder_engine import DecoderEngine
from torch_lib.kv_cache import StaticCache

__all__ = ["RecordedStep"]

WARM_UPS = 3


class RecordedStep:
    """``DecoderEngine.step`` for a cache that does not grow or change its batch.

    Args:
        engine: That of a model on a GPU.
        cache: What it has read.
        batch: B.
    """

    def __init__(self, engine: DecoderEngine, cache: StaticCache, batch: int) -> None:
        self._ids = torch.zeros(batch, 1, dtype=torch.int64, device=engine.device)
        self._position = torch.full((1,), cache.length, dtype=torch.int64, device=engine.device)
        self._graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # libraries set themselves up outside of the recording
            for _ in range(WARM_UPS):
                engine.step(self._ids, self._position, cache)
        torch.cuda.current_stream().wait_stream(stream)
        with torch.cuda.graph(self._graph):
            self._logits = engine.step(self._ids, self._position, cache)

    def __call__(self, ids: Tensor, position: int) -> Tensor:
        """Logits ``(B, V)`` after ids ``(B, 1)`` that follow ``position`` others."""
        self._ids.copy_(ids)
        self._position.fill_(position)
        self._graph.replay()
        return self._logits.clone()
