"""A linear layer whose weights lie in the order in which they are multiplied fastest.

I input features, O output features, M rows. In bfloat16 that is oneDNN's own: for one row,
PyTorch's is read at a third to a half of the speed. The operator that reorders is not public:
where it does not work, the layer keeps its weights as they are and multiplies as ``nn.Linear``
does. In float32 it keeps them too; see ``float_products``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.float_products import float_product, packed_product
from torch_lib.kinds import kind
from torch_lib.layers import checked_features

__all__ = ["PackedLinear"]


@kind("packed_linear")
class PackedLinear(nn.Module):
    """``input @ weight.T + bias``, not trainable: ``(… I)`` to ``(… O)``.

    Args:
        in_features: I.
        out_features: O.
        bias: Whether a bias is added.
    """

    replaces_linear = True

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.bias: Tensor | None
        self.weight: Tensor
        self.register_buffer("bias", torch.zeros(out_features) if bias else None)
        self.register_buffer("weight", torch.zeros(out_features, in_features))

    @classmethod
    def of(cls, linear: nn.Linear, dtype: torch.dtype | None = None) -> PackedLinear:
        """The packed form of ``linear``, which stays as it is."""
        weight = linear.weight.detach()
        bias = None if linear.bias is None else linear.bias.detach()
        return cls.from_weight(weight, bias, dtype or weight.dtype)

    @classmethod
    def from_weight(cls, weight: Tensor, bias: Tensor | None, dtype: torch.dtype) -> PackedLinear:
        """The layer of a weight ``(O I)`` and a bias ``(O,)``, in ``dtype``."""
        with torch.device("meta"):
            layer = cls(weight.size(1), len(weight), bias is not None)
        layer.weight = weight.to(dtype)
        layer.bias = None if bias is None else bias.to(dtype)
        layer._pack()
        return layer

    @property
    def packed(self) -> bool:
        """Whether the weights lie in oneDNN's order."""
        return self.weight.is_mkldnn

    def forward(self, input: Tensor) -> Tensor:
        """Map the last dimension of ``input``."""
        input = checked_features(self, input, self.in_features)
        input = input.to(self.weight.dtype)
        if input.requires_grad or input.numel() == 0:
            return F.linear(input, self._dense(), self.bias)
        if not self.packed:
            rows = input.reshape(-1, self.in_features)
            product = float_product(self.weight, self.bias)(rows)
            return product.view(*input.shape[:-1], self.out_features)
        return packed_product(input, self.weight, self.bias)

    def real_weight(self) -> Tensor:
        """The weights as they were, ``(O I)``."""
        return self._dense()

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.bias is not None,
        }

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Linear Layer ({self.in_features} -> {self.out_features})"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> PackedLinear:
        probe = torch.empty(0, dtype=self.weight.dtype)
        if self.packed and (fn(probe).dtype, fn(probe).device) == (probe.dtype, probe.device):
            return self
        self.weight = self._dense()
        moved: PackedLinear = super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._pack()
        return moved

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep)
        destination[f"{prefix}weight"] = self._dense()

    def _load_from_state_dict(self, *arguments: Any) -> None:
        self.weight = self._dense()
        super()._load_from_state_dict(*arguments)
        self._pack()

    def _dense(self) -> Tensor:
        return self.weight.to_dense() if self.packed else self.weight

    def _pack(self) -> None:
        weight = self.weight
        if weight.device.type == "cpu" and weight.dtype == torch.bfloat16 and _packing_works():
            self.weight = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), 1)


@cache
def _packing_works() -> bool:
    weight = torch.arange(64 * 32, dtype=torch.float32).reshape(64, 32).div(2048).bfloat16()
    row = torch.ones(1, 32, dtype=torch.bfloat16)
    try:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, 1)
        product = packed_product(row, packed, None)
        same = torch.equal(packed.to_dense(), weight)
    except (AttributeError, NotImplementedError, RuntimeError):
        return False
    return same and torch.allclose(product, F.linear(row, weight), rtol=1e-2)
