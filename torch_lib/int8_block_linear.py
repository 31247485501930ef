"""A linear layer with eight-bit weights that share a scale by groups of a row, as files hold them.

I input features, O output features. ``weight = q * scale`` with whole q from -128 to 127. PyTorch
multiplies only four-bit weights by groups, so each weight is kept as two of them,
``q = 16 · high + low``, and the input is given twice: nothing is rounded once more but the scales,
which that multiplication wants in bfloat16.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.int4_linear import MIDDLE, Int4Linear
from torch_lib.kinds import kind
from torch_lib.layers import checked_features

__all__ = ["Int8BlockLinear"]

CHANNELS_AT_ONCE = 4096


@kind("int8_block_linear")
class Int8BlockLinear(nn.Module):
    """``input @ weight.T + bias`` with weights in groups: ``(… I)`` to ``(… O)``.

    Args:
        in_features: I, whole groups.
        out_features: O.
        bias: Whether a bias is added.
        group_size: How many weights of a row share a scale: 32, 64, 128 or 256.
    """

    scheme = "int8"
    replaces_linear = True
    describes_children = True

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, group_size: int = 32
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.pairs = Int4Linear(2 * in_features, out_features, bias, group_size)

    @classmethod
    def from_numbers(
        cls, whole: Tensor, scale: Tensor, bias: Tensor | None = None
    ) -> Int8BlockLinear:
        """The layer of whole numbers, int8 ``(O I)``, with scales ``(O G)`` of G groups a row."""
        with torch.device("meta"):
            layer = cls(whole.size(1), len(whole), bias is not None, whole.size(1) // scale.size(1))
        large = _large_pairs(whole, scale, bias) if len(whole) > CHANNELS_AT_ONCE else None
        layer.pairs = _pairs(whole, scale, bias) if large is None else large
        return layer

    def forward(self, input: Tensor) -> Tensor:
        """Map the last dimension of ``input``."""
        input = checked_features(self, input, self.in_features)
        mapped: Tensor = self.pairs(torch.cat((input, input), -1))
        return mapped

    def real_weight(self) -> Tensor:
        """The weights as float32, ``(O I)``."""
        return self._sums(self.pairs.real_weight())

    def real_rows(self, places: Tensor) -> Tensor:
        """The weights of some output channels: int64 ``(R,)`` to float32 ``(R I)``."""
        return self._sums(self.pairs.real_rows(places))

    @property
    def weight(self) -> Tensor:
        """What the weights are kept in."""
        return self.pairs.weight

    @property
    def bias(self) -> Tensor | None:
        """What is added to the product."""
        return self.pairs.bias

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.pairs.bias is not None,
            "group_size": self.pairs.group_size,
        }

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Linear Layer ({self.in_features} -> {self.out_features})"

    def _sums(self, halves: Tensor) -> Tensor:
        return halves[:, : self.in_features] + halves[:, self.in_features :]


def _large_pairs(whole: Tensor, scale: Tensor, bias: Tensor | None) -> Int4Linear | None:
    """``_pairs``, some channels at a time: all at once would take several times the memory.

    None where PyTorch does not pack channels one after another.
    """
    channels, features = whole.shape
    group_size = features // scale.size(1)
    with torch.device("meta"):
        pairs = Int4Linear(2 * features, channels, bias is not None, group_size)
    pairs.weight = torch.empty(channels, features, dtype=torch.uint8)
    pairs.scale_and_zero = torch.empty(2 * scale.size(1), channels, 2, dtype=torch.bfloat16)
    for start in range(0, channels, CHANNELS_AT_ONCE):
        some = slice(start, start + CHANNELS_AT_ONCE)
        part = _pairs(whole[some], scale[some], None)
        if not part.in_blocks:
            return None
        pairs.weight[some] = part.weight
        pairs.scale_and_zero[:, some] = part.scale_and_zero
    pairs.packed = True
    pairs.bias = None if bias is None else bias.float()
    return pairs


def _pairs(whole: Tensor, scale: Tensor, bias: Tensor | None) -> Int4Linear:
    bits = whole.view(torch.uint8)
    halves = torch.cat(((bits ^ 128) >> 4, bits & 15), 1)
    scales = torch.cat((16 * scale, scale), 1)
    zeros = torch.cat((torch.zeros_like(scale), MIDDLE * scale), 1)
    return Int4Linear.from_numbers(halves, scales, zeros, bias)
