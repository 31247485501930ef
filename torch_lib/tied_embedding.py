"""The embedding of a model whose quantized output layer has the same weights."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from torch_lib.kinds import kind

__all__ = ["RowSource", "TiedEmbedding"]


@runtime_checkable
class RowSource(Protocol):
    """A quantized linear layer, some of whose weights can be asked for."""

    def real_rows(self, places: Tensor) -> Tensor:
        """The weights of some output channels: int64 ``(R,)`` to float32 ``(R I)``."""


@kind("tied_embedding")
class TiedEmbedding(nn.Module):
    """Rows of an output layer as the embeddings of its tokens: ids ``(…)`` to ``(… E)``.

    Args:
        num_embeddings: How many tokens there are.
        embedding_dim: E.
    """

    replaces_linear = True

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self._heads: tuple[RowSource, ...] = ()  # in a tuple, for it is no part of this module

    def take_rows_of(self, head: RowSource) -> None:
        """Take the rows of ``head`` from now on."""
        self._heads = (head,)

    def forward(self, ids: Tensor) -> Tensor:
        """Look the ids up, in float32."""
        rows = self._heads[0].real_rows(ids.flatten())
        return rows.view(*ids.shape, self.embedding_dim)

    @property
    def weight(self) -> Tensor:
        """All rows, float32 ``(V E)``."""
        return self._heads[0].real_rows(torch.arange(self.num_embeddings))

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"num_embeddings": self.num_embeddings, "embedding_dim": self.embedding_dim}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Embedding ({self.num_embeddings} x {self.embedding_dim})"
