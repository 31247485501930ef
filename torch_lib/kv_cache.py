"""Keys and values of the tokens that a model has read, so that each is computed once.

B sequences, H key/value heads, T tokens, D head size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["KVCache", "LayerCache", "StaticCache"]


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
        for place, buffer in enumerate(self._buffers):
            selected = buffer[rows, :, : self._length]
            if len(rows) != len(buffer):
                buffer = buffer.new_zeros(len(rows), *buffer.shape[1:])
                self._buffers[place] = buffer
            buffer[:, :, : self._length] = selected

    @property
    def window(self) -> int | None:
        """How many tokens a token sees; None for all before it."""
        return self._window

    def truncate(self, length: int) -> None:
        """Forget all tokens but the first ``length``; there must be no window."""
        self._length = min(self._length, length)

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

    @property
    def rewinds(self) -> bool:
        """Whether tokens can be forgotten: with a window, those before them are gone."""
        return all(layer.window is None for layer in self.layers)

    def truncate(self, length: int) -> None:
        """Forget all tokens but the first ``length``, where ``rewinds`` is true."""
        for layer in self.layers:
            layer.truncate(length)
        self.length = min(self.length, length)

    def clear(self) -> None:
        """Forget all tokens."""
        for layer in self.layers:
            layer.clear()
        self.length = 0


class StaticCache:
    """Keys and values of all layers in two buffers, made once for all tokens that will come.

    What a buffer has room for is used only as tokens come: memory is taken page by page.

    Args:
        layers: L.
        batch: B.
        heads: H.
        capacity: How many tokens to have room for; more make it grow.
        head_size: D.
        device: Where the model is.
        dtype: The type of its keys and values.
        cleared: Begin with zeros, for those who attend to all of it: what memory held before may
            be no numbers, which a mask does not hide.

    Attributes:
        length: How many tokens the model has read.
    """

    def __init__(
        self,
        layers: int,
        batch: int,
        heads: int,
        capacity: int,
        head_size: int,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
        cleared: bool = False,
    ) -> None:
        shape = (2, layers, batch, heads, capacity, head_size)
        self._cleared = cleared
        self._buffer = torch.empty(shape, device=device, dtype=dtype)
        if cleared:
            self._buffer.zero_()
        self.length = 0

    @property
    def capacity(self) -> int:
        """How many tokens it has room for."""
        return self._buffer.size(4)

    def views(self, start: int, end: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """The keys and the values of some tokens, ``(B, H, T, D)`` for each layer."""
        keys, values = self._buffer[:, :, :, :, start:end].unbind(0)
        return keys.unbind(0), values.unbind(0)

    def make_room(self, tokens: int) -> None:
        """Grow, at least to twice the size, where there is no room for ``tokens``."""
        if tokens > self.capacity:
            self._resize(self._buffer.size(2), max(tokens, 2 * self.capacity))

    def select(self, rows: Tensor) -> None:
        """Continue with these rows of the batch, int64, which may repeat."""
        read = self._buffer[:, :, :, :, : self.length].index_select(2, rows)
        if len(rows) != self._buffer.size(2):
            self._resize(len(rows), self.capacity, copied=False)
        self._buffer[:, :, :, :, : self.length] = read

    def truncate(self, length: int) -> None:
        """Forget all tokens but the first ``length``."""
        self.length = min(self.length, length)

    def _resize(self, batch: int, capacity: int, copied: bool = True) -> None:
        old = self._buffer
        shape = (*old.shape[:2], batch, old.size(3), capacity, old.size(5))
        self._buffer = old.new_zeros(shape) if self._cleared else old.new_empty(shape)
        if copied:
            self._buffer[:, :, :, :, : self.length] = old[:, :, :, :, : self.length]
