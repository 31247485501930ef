"""The blocks of a decoder on one token of one sequence: what writing a text does all the time.

The same numbers as for many rows, by half the operators: each costs about a microsecond, and a
token of a small model takes several thousand. Buffers for what is rotated are made once, and
results are added in place.

E hidden size, H query heads, K key/value heads, D head size, T tokens so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from torch_lib.engine_layers import EngineLayer

__all__ = ["Views", "single_row"]

Views = Sequence[Tensor]
"""Keys or values of each layer: ``(1, K, T, D)``."""


def single_row(
    layers: Sequence[EngineLayer], heads: int, key_heads: int, size: int, dtype: torch.dtype
) -> Callable[[Tensor, Tensor, Views, Views, Views, Views], Tensor]:
    """A function of hidden states ``(1, 2, E)``, which it changes.

    Its further arguments are the rotation, complex with D / 2 elements; keys and values of the new
    token, which it writes; and those of all tokens.

    Args:
        layers: Blocks with rotary positions and RMS norms, but none of queries and keys.
        heads: H.
        key_heads: K.
        size: D.
        dtype: The element type of rows.
    """
    turned, half = heads + key_heads, size // 2
    pairs = torch.empty(turned, half, 2)
    halves, turning = pairs.transpose(1, 2), torch.view_as_complex(pairs)
    queries = pairs[:heads].view(1, heads, 1, size)
    own_keys = pairs[heads:].view(1, key_heads, 1, size)
    signs = torch.tensor([[1.0], [-1.0]])
    row = torch.empty(1, heads * size, dtype=dtype)
    attend = F.scaled_dot_product_attention

    def run(
        hidden: Tensor,
        rotation: Tensor,
        new_keys: Views,
        new_values: Views,
        all_keys: Views,
        all_values: Views,
    ) -> Tensor:
        rotation = rotation.view(1, half)
        whole = zip(layers, new_keys, new_values, all_keys, all_values, strict=True)
        for layer, own_key, own_value, keys, values in whole:
            projected = layer.queries_keys_values(layer.before_attention(hidden))
            halves.copy_(projected.view(-1, 2, half)[:turned])
            turning.mul_(rotation)
            own_key.copy_(own_keys)
            own_value.copy_(projected.view(1, -1, 1, size)[:, turned:])
            if layer.window is not None and keys.size(2) > layer.window:
                keys, values = keys[:, :, -layer.window :], values[:, :, -layer.window :]
            attended = attend(queries, keys, values, enable_gqa=True)
            row.copy_(attended.view(1, -1))
            hidden.addcmul_(signs, layer.output(row))
            inner = layer.inner(layer.before_mlp(hidden)).to(dtype)  # biases are float32
            hidden.addcmul_(signs, layer.down(inner))
        return hidden

    return run
