"""A linear layer with a low-rank adapter (LoRA, Hu et al. 2021, arXiv:2106.09685).

I input features, O output features, R rank. ``base(x) + alpha / rank * B(A(x))``: the base is
frozen, A ``(R I)`` starts random and B ``(O R)`` at zero, so that training starts from the base.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.display import number_text
from torch_lib.errors import ArgumentError
from torch_lib.int4_linear import Int4Linear
from torch_lib.int8_block_linear import Int8BlockLinear
from torch_lib.kinds import kind
from torch_lib.layers import Linear, checked_features
from torch_lib.options import check_positive
from torch_lib.packed_linear import PackedLinear
from torch_lib.quantized_linear import QuantizedLinear

__all__ = ["LinearLayer", "LoRALinear"]

LinearLayer = nn.Linear | QuantizedLinear | Int4Linear | Int8BlockLinear | PackedLinear
"""What an adapter can be put around."""


@kind("lora_linear")
class LoRALinear(nn.Module):
    """A frozen linear layer and what is learned on top of it: ``(… I)`` to ``(… O)``.

    Args:
        in_features: I.
        out_features: O.
        rank: R, at most the smaller of I and O.
        alpha: The adapter counts ``alpha / rank`` times.
        bias: Whether the base has one.
        merged: Whether the base's weights contain the adapter.
        base: The frozen layer, by default one with random weights.
    """

    replaces_linear = True

    def __init__(
        self,
        in_features: int,
        out_features: int,
        rank: int,
        alpha: float,
        bias: bool = True,
        merged: bool = False,
        base: LinearLayer | None = None,
    ) -> None:
        super().__init__()
        check_positive(in_features=in_features, out_features=out_features)
        largest = min(in_features, out_features)
        if not 1 <= rank <= largest:
            raise ArgumentError(f"rank must be between 1 and {largest}, got {rank}")
        if not math.isfinite(alpha):
            raise ArgumentError(f"alpha must be a finite number, got {number_text(alpha)}")
        base = Linear(in_features, out_features, bias) if base is None else base
        self.base: LinearLayer = base.requires_grad_(False)
        self.in_features, self.out_features = in_features, out_features
        self.rank, self.alpha, self.merged, self.enabled = rank, alpha, merged, True
        weight = base.weight
        dtype = weight.dtype if weight.is_floating_point() else torch.float32
        low, high = (
            torch.zeros(shape, dtype=dtype, device=weight.device)
            for shape in ((rank, in_features), (out_features, rank))
        )
        self.lora_A = nn.Parameter(low.normal_(std=1 / math.sqrt(rank)))
        self.lora_B = nn.Parameter(high)
        self._unmerged: Tensor | None = None

    @classmethod
    def around(cls, base: LinearLayer, rank: int, alpha: float) -> LoRALinear:
        """An adapter for ``base`` itself."""
        adapted = cls(base.in_features, base.out_features, rank, alpha, base=base)
        return adapted.train(base.training)

    def forward(self, input: Tensor) -> Tensor:
        """Map the last dimension of ``input``."""
        input = checked_features(self, input, self.in_features)
        output: Tensor = self.base(input)
        if self.merged or not self.enabled:
            return output
        adapted = F.linear(F.linear(input.to(self.lora_A.dtype), self.lora_A), self.lora_B)
        return output + (adapted * self.scaling).to(output.dtype)

    @property
    def scaling(self) -> float:
        """How many times the adapter counts."""
        return self.alpha / self.rank

    def delta(self) -> Tensor:
        """What the adapter adds to the weights of the base, ``(O I)``."""
        return self.lora_B @ self.lora_A * self.scaling

    @torch.no_grad()
    def merge(self) -> None:
        """Add the adapter to the weights of the base, unless it has been added.

        Raises:
            ArgumentError: The base is quantized.
        """
        if self.merged:
            return
        weight = self.base.weight
        if not isinstance(self.base, nn.Linear):
            raise ArgumentError("the base is quantized: its weights cannot take the adapter")
        if weight.element_size() < 4:  # narrow types lose what subtracting should give back
            self._unmerged = weight.clone()
        weight += self.delta().to(weight.dtype)
        self.merged = True

    @torch.no_grad()
    def unmerge(self) -> None:
        """Take the adapter out of the weights of the base, if it is in them."""
        if not self.merged:
            return
        weight = self.base.weight
        if self._unmerged is None:
            weight -= self.delta().to(weight.dtype)
        else:
            weight.copy_(self._unmerged)
        self.merged, self._unmerged = False, None

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "rank": self.rank,
            "alpha": self.alpha,
            "bias": self.base.bias is not None,
            "merged": self.merged,
        }

    def summary(self) -> str:
        """The printed line."""
        sizes = f"{self.in_features} -> {self.out_features}"
        adapter = f"rank={self.rank}, alpha={number_text(self.alpha)}"
        return f"LoRA Linear Layer ({sizes}, {adapter}, merged={str(self.merged).lower()})"
