"""Keys and values of the tokens that a model has read, so that each is computed once.

B sequences, H key/value heads, T tokens, D head size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["KVCache", "LayerCache"]


class LayerCache:
    """The keys and values of one layer, in buffers that grow when they are full.

    Args:
        keys: A buffer ``(B, H, capacity, D)``.
        values: Another one.
        window: How many tokens a token sees, itself included; those before are forgotten.
    """

    def __init__(self, keys: Tensor, values: Tensor, window: int | None = None) -> None:
        self._buffers = [keys, values]
        self._window = window
        self._length = 0

    @property
    def size(self) -> int:
        """How many tokens it has room for."""
        return self._buffers[0].size(2)

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add the keys and values of new tokens.

        Args:
            keys: ``(B, H, T, D)``.
            values: ``(B, H, T, D)``.

        Returns:
            All keys and all values that the new tokens may see, as views of the buffers.
        """
        added = keys.size(2)
        if self._window is not None:
            self._forget_all_but(self._window - 1, added)
        start, end = self._length, self._length + added
        if end > self.size:
            self._grow(end)
        for buffer, new in zip(self._buffers, (keys, values), strict=True):
            buffer[:, :, start:end] = new
        self._length = end
        seen = 0 if self._window is None else max(0, start - self._window + 1)
        whole_keys, whole_values = (buffer[:, :, seen:end] for buffer in self._buffers)
        return whole_keys, whole_values

    def select(self, rows: Tensor) -> None:
        """Continue with these rows of the batch, which may repeat."""
        for buffer in self._buffers:
            buffer[:, :, : self._length] = buffer[rows, :, : self._length]

    def clear(self) -> None:
        """Forget all tokens."""
        self._length = 0

    def _forget_all_but(self, kept: int, added: int) -> None:
        """Move the last tokens to the front, once there is no room for new ones."""
        if self._length + added <= self.size or self._length <= kept:
            return
        for buffer in self._buffers:
            buffer[:, :, :kept] = buffer[:, :, self._length - kept : self._length].clone()
        self._length = kept

    def _grow(self, needed: int) -> None:
        capacity = max(needed, 2 * self.size)
        for place, buffer in enumerate(self._buffers):
            larger = buffer.new_zeros(*buffer.shape[:2], capacity, buffer.size(3))
            larger[:, :, : self._length] = buffer[:, :, : self._length]
            self._buffers[place] = larger


class KVCache:
    """One ``LayerCache`` for each layer of a model.

    Args:
        windows: The window of each layer, None where it has none.
        batch: B.
        heads: H.
        capacity: How many tokens to have room for at first.
        head_size: D.
        device: Where the model is.
        dtype: The type of its keys and values.

    Attributes:
        layers: The caches, first layer first.
        length: How many tokens the model has read.
    """

    def __init__(
        self,
        windows: Sequence[int | None],
        batch: int,
        heads: int,
        capacity: int,
        head_size: int,
        *,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        def layer(window: int | None) -> LayerCache:
            room = capacity if window is None else min(capacity, 2 * window)
            shape = (batch, heads, room, head_size)
            keys, values = (torch.zeros(shape, device=device, dtype=dtype) for _ in range(2))
            return LayerCache(keys, values, window)

        self.layers = [layer(window) for window in windows]
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

    def clear(self) -> None:
        """Forget all tokens."""
        for layer in self.layers:
            layer.clear()
        self.length = 0
