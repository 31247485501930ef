"""Keys and values of the tokens that a model has read, so that each is computed once.

B sequences, H key/value heads, T tokens, D head size.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_lib.errors import ShapeError

__all__ = ["KVCache", "LayerCache"]


class LayerCache:
    """The keys and values of one layer, in buffers allocated once."""

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        self._keys = keys
        self._values = values
        self._length = 0

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add the keys and values of new tokens.

        Args:
            keys: ``(B, H, T, D)``.
            values: ``(B, H, T, D)``.

        Returns:
            All keys and all values so far, as views of the buffers.
        """
        start, end = self._length, self._length + keys.size(2)
        if end > self._keys.size(2):
            raise ShapeError(f"{end} tokens do not fit a cache for {self._keys.size(2)}")
        self._keys[:, :, start:end] = keys
        self._values[:, :, start:end] = values
        self._length = end
        return self._keys[:, :, :end], self._values[:, :, :end]

    def select(self, rows: Tensor) -> None:
        """Continue with these rows of the batch, which may repeat."""
        used = slice(self._length)
        self._keys[:, :, used] = self._keys[rows, :, used]
        self._values[:, :, used] = self._values[rows, :, used]


class KVCache:
    """One ``LayerCache`` for each layer of a model.

    Attributes:
        layers: The caches, first layer first.
        length: How many tokens they hold.
    """

    def __init__(
        self,
        layers: int,
        batch: int,
        heads: int,
        capacity: int,
        head_size: int,
        *,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        shape = (batch, heads, capacity, head_size)

        def buffer() -> Tensor:
            return torch.zeros(shape, device=device, dtype=dtype)

        self.layers = [LayerCache(buffer(), buffer()) for _ in range(layers)]
        self.length = 0

    def advance(self, tokens: int) -> None:
        """Count tokens that every layer has been given."""
        self.length += tokens

    def select(self, rows: Tensor) -> None:
        """Continue with these rows of the batch, which may repeat.

        Args:
            rows: int64 ``(B,)``.
        """
        for layer in self.layers:
            layer.select(rows)
