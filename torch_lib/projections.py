"""The linear layers of a decoder as the engine calls them: joined where they read the same input.

A projection maps rows ``(M I)`` to ``(M O)`` without the checks of a module. Quantized layers that
are joined become parts of one: their buffers are views of its own, so that nothing is kept twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast
from weakref import WeakKeyDictionary

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.float_products import float_product, gated_product, packed_product
from torch_lib.int4_linear import MANY_ROWS, Int4Linear
from torch_lib.int8_block_linear import Int8BlockLinear
from torch_lib.packed_linear import PackedLinear
from torch_lib.quantized_linear import QuantizedLinear

__all__ = ["Projection", "gated", "is_projection", "joined", "projection", "row_type"]

Projection = Callable[[Tensor], Tensor]

_wholes: WeakKeyDictionary[nn.Module, tuple[list[Tensor], nn.Module]] = WeakKeyDictionary()
"""By the first of several joined layers: the weights they had then, and what they are parts of."""

FEW_ROWS = 12
"""From here on, making bfloat16 of the eight-bit weights is faster than reading them packed."""

NARROW = (Int4Linear, Int8BlockLinear, QuantizedLinear)


def is_projection(layer: nn.Module) -> bool:
    """Whether the engine knows how to call ``layer``."""
    if type(layer) is Int4Linear:
        return layer.packed
    if type(layer) is Int8BlockLinear:
        return layer.pairs.packed
    return type(layer) in (nn.Linear, PackedLinear, QuantizedLinear)


def row_type(layer: nn.Module) -> torch.dtype:
    """The element type that a projection wants its rows in."""
    if isinstance(layer, NARROW):
        return torch.bfloat16
    return cast("Tensor", layer.weight).dtype


def projection(layer: nn.Module) -> Projection:
    """``layer`` as a function of rows."""
    if isinstance(layer, Int4Linear):
        return _four_bits(layer)
    if isinstance(layer, Int8BlockLinear):
        return _twice(_four_bits(layer.pairs))
    if isinstance(layer, PackedLinear) and layer.packed:
        weight, bias = layer.weight, layer.bias
        return lambda rows: packed_product(rows, weight, bias)
    if isinstance(layer, PackedLinear | nn.Linear):
        return float_product(layer.weight, layer.bias)
    if isinstance(layer, QuantizedLinear) and layer.activation_range is None:
        return _eight_bits(layer)
    return layer


def joined(layers: Sequence[nn.Module]) -> Projection:
    """Several layers on the same rows, their outputs side by side."""
    pairs = [layer.pairs for layer in layers if isinstance(layer, Int8BlockLinear)]
    if len(pairs) == len(layers):
        return _twice(joined(pairs))
    whole = _whole(layers)
    if whole is not None:
        return projection(whole)
    parts = [projection(layer) for layer in layers]
    return lambda rows: torch.cat([part(rows) for part in parts], -1)


def gated(gate: nn.Module, up: nn.Module) -> Projection:
    """``silu(gate rows) · up rows``."""
    if isinstance(gate, PackedLinear) and isinstance(up, PackedLinear) and gate.packed:
        return _packed_gate(gate, up)
    both = joined((gate, up))

    def multiply(rows: Tensor) -> Tensor:
        first, second = both(rows).chunk(2, -1)
        return F.silu(first) * second

    return multiply


def _packed_gate(gate: PackedLinear, up: PackedLinear) -> Projection:
    """Both steps after the multiplications are done by these."""
    gate_weight, gate_bias, up_weight, up_bias = gate.weight, gate.bias, up.weight, up.bias

    def multiply(rows: Tensor) -> Tensor:
        opened = packed_product(rows, gate_weight, gate_bias, "swish")
        return gated_product(rows, opened, up_weight, up_bias)

    return multiply


def _twice(pairs: Projection) -> Projection:
    """Eight bits as two times four: each half has an input of its own."""
    return lambda rows: pairs(torch.cat((rows, rows), -1))


def _four_bits(layer: Int4Linear) -> Projection:
    weight, group_size, scales = layer.weight, layer.group_size, layer.scales()
    multiply, bias = torch._weight_int4pack_mm_for_cpu, layer.bias

    def few_or_many(rows: Tensor) -> Tensor:
        if rows.size(0) >= MANY_ROWS:
            product = layer.multiply(rows)
        else:
            product = multiply(rows, weight, group_size, scales)
        return product if bias is None else product + bias

    return few_or_many


def _eight_bits(layer: QuantizedLinear) -> Projection:
    """Only the weights are narrow: many rows are multiplied by them in bfloat16, which holds them.

    The module rounds many rows as well: outliers in the hidden states of language models make that
    cost a twentieth of the perplexity.
    """
    weight, scale, bias = layer.weight, layer.scale.to(torch.bfloat16), layer.bias
    multiply = torch._weight_int8pack_mm if layer.packs else None

    def few_or_many(rows: Tensor) -> Tensor:
        if multiply is not None and rows.size(0) < FEW_ROWS:
            product: Tensor = multiply(rows, weight, scale)
        else:
            product = F.linear(rows, weight.to(torch.bfloat16)) * scale
        return product if bias is None else product + bias

    return few_or_many


def _whole(layers: Sequence[nn.Module]) -> nn.Module | None:
    """The layer that ``layers`` are made parts of, None where that is not possible."""
    known = _wholes.get(layers[0])
    weights = _weights(layers)
    if known is not None and all(map(_same, known[0], weights)):
        return known[1]
    whole: nn.Module | None = None
    if all(isinstance(layer, Int4Linear) for layer in layers):
        whole = Int4Linear.joined([layer for layer in layers if isinstance(layer, Int4Linear)])
    elif all(isinstance(layer, QuantizedLinear) for layer in layers):
        several = [layer for layer in layers if isinstance(layer, QuantizedLinear)]
        whole = QuantizedLinear.joined(several)
    if whole is not None:
        _wholes[layers[0]] = _weights(layers), whole
    return whole


def _weights(layers: Sequence[nn.Module]) -> list[Tensor]:
    return [cast("Tensor", layer.weight) for layer in layers]


def _same(first: object, second: object) -> bool:
    return first is second
