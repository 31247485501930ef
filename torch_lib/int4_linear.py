"""A linear layer with four-bit weights.

I input features, O output features. Every group of weights in a row has a scale and a zero:
``weight = (q - 8) * scale + zero``. Files hold two weights to the byte, the first in the low half.
In main memory the layer keeps PyTorch's packed form instead, in which the multiplication reads
them; its order depends on the processor. Where there is no such kernel for the sizes or the
device, the weights stay as in files and are turned into real numbers for each call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from torch_lib.errors import ArgumentError
from torch_lib.kinds import kind
from torch_lib.layers import checked_features

__all__ = ["Int4Linear"]

LARGEST = 15
MIDDLE = 8
GROUP_SIZES = (32, 64, 128, 256)
PACKED_MULTIPLE = 16
"""PyTorch packs this many output channels together."""

PACKED_BLOCK = 64
"""With AVX-512 it lays out this many side by side: see ``_packs_in_blocks``."""

MANY_ROWS = 48
"""From here on, expanding the weights to bfloat16 once is faster than reading them packed, four
rows at a time (measured for 576 to 3072 features)."""


@kind("int4_linear")
class Int4Linear(nn.Module):
    """``input @ weight.T + bias`` with four-bit weights: ``(… I)`` to ``(… O)``.

    Args:
        in_features: I.
        out_features: O.
        bias: Whether a bias is added.
        group_size: How many weights of a row share a scale: 32, 64, 128 or 256.
    """

    scheme = "int4"
    replaces_linear = True

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, group_size: int = 64
    ) -> None:
        super().__init__()
        if group_size not in GROUP_SIZES:
            raise ArgumentError(f"group_size must be 32, 64, 128 or 256, got {group_size}")
        self.in_features, self.out_features = in_features, out_features
        self.group_size = group_size
        groups = -(-in_features // group_size)
        self.bias: Tensor | None
        self.weight: Tensor
        self.scale_and_zero: Tensor
        self.packed = False
        halves = (out_features, groups * group_size // 2)
        self.register_buffer("bias", torch.zeros(out_features) if bias else None)
        self.register_buffer("weight", torch.zeros(halves, dtype=torch.uint8))
        self.register_buffer(
            "scale_and_zero", torch.zeros(groups, out_features, 2, dtype=torch.bfloat16)
        )

    @classmethod
    def of(cls, linear: nn.Linear, group_size: int) -> Int4Linear:
        """The quantized form of ``linear``, which stays as it is."""
        weight = linear.weight.detach().float()
        padding = -linear.in_features % group_size
        groups = F.pad(weight, (0, padding)).reshape(linear.out_features, -1, group_size)
        low, high = groups.aminmax(dim=2, keepdim=True)
        scale = ((high - low) / LARGEST).to(torch.bfloat16).float()
        scale = torch.where(scale > 0, scale, 1.0)
        zero = (low + MIDDLE * scale).to(torch.bfloat16).float()
        whole = torch.round((groups - zero) / scale).add_(MIDDLE).clamp_(0, LARGEST)
        return cls.from_numbers(
            whole.to(torch.uint8).flatten(1),
            scale.squeeze(2),
            zero.squeeze(2),
            None if linear.bias is None else linear.bias.detach(),
            linear.in_features,
        )

    @classmethod
    def from_numbers(
        cls,
        whole: Tensor,
        scale: Tensor,
        zero: Tensor,
        bias: Tensor | None = None,
        in_features: int | None = None,
    ) -> Int4Linear:
        """A layer of weights that are in four bits already; scales are kept in bfloat16.

        Args:
            whole: uint8 ``(O I)`` from 0 to 15, I filled up to whole groups.
            scale: ``(O G)``, one for each of G groups of a row.
            zero: ``(O G)``.
            bias: ``(O,)``.
            in_features: I without what fills it up.
        """
        group_size = whole.size(1) // scale.size(1)
        out_features = len(whole)
        with torch.device("meta"):
            layer = cls(in_features or whole.size(1), out_features, bias is not None, group_size)
        in_memory = whole.device.type == "cpu"
        in_blocks = layer._packs() and out_features % PACKED_BLOCK == 0
        layer.packed = in_memory and in_blocks and _packs_in_blocks()
        layer.weight = _in_blocks(whole) if layer.packed else _two_to_a_byte(whole)
        numbers = torch.stack((scale, zero), 2).to(torch.bfloat16)
        layer.scale_and_zero = numbers.transpose(0, 1).contiguous()
        if bias is not None:
            layer.bias = bias.float()
        if not layer.packed:
            layer._pack()
        return layer

    @classmethod
    def joined(cls, layers: Sequence[Int4Linear]) -> Int4Linear | None:
        """One layer of which ``layers`` become parts; None where their memory cannot be shared."""
        first = layers[0]
        kept = {(one.in_features, one.group_size, one.bias is None) for one in layers}
        if len(kept) > 1 or not all(one.in_blocks for one in layers):
            return None
        outputs = [one.out_features for one in layers]
        with torch.device("meta"):
            whole = cls(first.in_features, sum(outputs), first.bias is not None, first.group_size)
        whole.weight = torch.cat([one.weight for one in layers])
        whole.scale_and_zero = torch.cat([one.scale_and_zero for one in layers], 1)
        whole.packed = True
        whole.bias = None
        biases = [one.bias for one in layers if one.bias is not None]
        if biases:
            whole.bias = torch.cat(biases)
        weights = torch.split(whole.weight, outputs)
        numbers = torch.split(whole.scale_and_zero, outputs, 1)
        for one, weight, number in zip(layers, weights, numbers, strict=True):
            one.weight, one.scale_and_zero = weight, number
        return whole

    def forward(self, input: Tensor) -> Tensor:
        """Map the last dimension of ``input``."""
        input = checked_features(self, input, self.in_features)
        dtype = torch.float32 if input.dtype == torch.float64 else input.dtype
        bias = None if self.bias is None else self.bias.to(dtype)
        if not self.packed:
            return F.linear(input.to(dtype), self.real_weight().to(dtype), bias)
        rows = input.reshape(-1, self.in_features)
        if rows.requires_grad:
            product: Tensor = _PackedProduct.apply(rows, self)  # type: ignore[no-untyped-call]
        else:
            product = self.multiply(rows.to(torch.bfloat16))
        product = product.to(dtype) if bias is None else product + bias
        return product.reshape(*input.shape[:-1], self.out_features)

    def multiply(self, rows: Tensor) -> Tensor:
        """Rows times packed weights, without the bias: bfloat16 ``(M I)`` to ``(M O)``."""
        if len(rows) >= MANY_ROWS and self.in_blocks:
            return rows @ self._expanded()
        return _multiply(rows, self.weight, self.group_size, self.scales())

    def scales(self) -> Tensor:
        """Scales and zeros as the multiplication wants them, bfloat16 ``(G O 2)``."""
        return self.scale_and_zero.to(torch.bfloat16).contiguous()

    def real_rows(self, places: Tensor) -> Tensor:
        """The weights of some output channels: int64 ``(R,)`` to float32 ``(R I)``."""
        groups = self.scale_and_zero[:, places].float().transpose(0, 1)
        if self.in_blocks:
            blocks = self.weight.view(-1, self.in_features, PACKED_BLOCK // 2)
            lanes = places % PACKED_BLOCK
            half = PACKED_BLOCK // 2
            pairs = blocks[places // PACKED_BLOCK, :, lanes % half]
            whole = torch.where((lanes < half)[:, None], pairs & LARGEST, pairs >> 4)
        else:
            whole = _one_to_a_byte(self._halves()[places])
        whole = whole.reshape(*groups.shape[:2], self.group_size)
        weight = (whole.float() - MIDDLE) * groups[..., :1] + groups[..., 1:]
        return weight.flatten(1)[:, : self.in_features]

    def real_weight(self) -> Tensor:
        """The weights as float32, ``(O I)``."""
        return self.real_rows(torch.arange(self.out_features, device=self.weight.device))

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.bias is not None,
            "group_size": self.group_size,
        }

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Linear Layer ({self.in_features} -> {self.out_features})"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Int4Linear:
        if self.packed and fn(self.weight[:0]).device == self.weight.device:
            for name in ("bias", "scale_and_zero"):
                setattr(
                    self, name, None if getattr(self, name) is None else fn(getattr(self, name))
                )
            return self
        self._unpack()
        moved: Int4Linear = super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._pack()
        return moved

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep)
        destination[f"{prefix}weight"] = self._halves()

    def _load_from_state_dict(self, *arguments: Any) -> None:
        self._unpack()
        super()._load_from_state_dict(*arguments)
        self._pack()

    def _halves(self) -> Tensor:
        """The weights as files hold them."""
        if not self.packed:
            return self.weight
        if self.in_blocks:
            return _two_to_a_byte(self._unpacked(torch.uint8).t())
        ones = torch.zeros_like(self.scale_and_zero)
        ones[..., 0] = 1
        whole = torch.empty(self.out_features, self.in_features, dtype=torch.uint8)
        for start in range(0, self.in_features, self.group_size):
            block = torch.arange(start, start + self.group_size)
            unit = F.one_hot(block, self.in_features).to(torch.bfloat16)
            columns = _multiply(unit, self.weight, self.group_size, ones)
            whole[:, block] = (columns.t() + MIDDLE).to(torch.uint8)
        return _two_to_a_byte(whole)

    @property
    def in_blocks(self) -> bool:
        """Whether 64 channels at a time lie one after another in memory."""
        return self.packed and self.out_features % PACKED_BLOCK == 0 and _packs_in_blocks()

    def _unpacked(self, dtype: torch.dtype) -> Tensor:
        """The weights from 0 to 15, ``(I O)``."""
        half = PACKED_BLOCK // 2
        pairs = self.weight.view(-1, self.in_features, half)
        whole = torch.empty(self.in_features, len(pairs), 2, half, dtype=dtype)
        low, high = whole.transpose(0, 1).unbind(2)
        low.copy_(pairs & LARGEST)
        high.copy_(pairs >> 4)
        return whole.flatten(1)

    def _expanded(self) -> Tensor:
        """The weights in bfloat16, ``(I O)``."""
        scale, zero = self.scale_and_zero.to(torch.bfloat16).unsqueeze(1).unbind(3)
        groups = self._unpacked(torch.bfloat16).view(-1, self.group_size, self.out_features)
        return torch.addcmul(zero - MIDDLE * scale, groups, scale, out=groups).flatten(0, 1)

    def _pack(self) -> None:
        if self.weight.device.type != "cpu" or not self._packs():
            return
        whole = _one_to_a_byte(self.weight).to(torch.int32)
        try:
            packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(whole, 1)
            unit = torch.zeros(1, self.in_features, dtype=torch.bfloat16)
            _multiply(unit, packed, self.group_size, self.scale_and_zero.to(torch.bfloat16))
        except (AttributeError, NotImplementedError, RuntimeError):
            return
        self.weight, self.packed = packed, True

    def _packs(self) -> bool:
        """Whether the sizes are those that PyTorch packs."""
        return self.out_features % PACKED_MULTIPLE == 0 and self.in_features % self.group_size == 0

    def _unpack(self) -> None:
        if self.packed:
            self.weight, self.packed = self._halves(), False


class _PackedProduct(torch.autograd.Function):
    """Rows times packed weights; only the rows have a gradient."""

    @staticmethod
    def forward(ctx: FunctionCtx, rows: Tensor, layer: Int4Linear) -> Tensor:
        ctx.layer, ctx.dtype = layer, rows.dtype  # type: ignore[attr-defined]
        return layer.multiply(rows.to(torch.bfloat16))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return (gradient.float() @ ctx.layer.real_weight()).to(ctx.dtype), None


def _multiply(rows: Tensor, packed: Tensor, group_size: int, scales: Tensor) -> Tensor:
    product: Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(rows, packed, group_size, scales)
    return product


@cache
def _packs_in_blocks() -> bool:
    """Whether PyTorch's packed form is ``(O / 64, I, 32)`` bytes, channel c with c + 32."""
    whole = torch.arange(2 * PACKED_BLOCK * PACKED_BLOCK).mul(7).div(3, rounding_mode="floor") % 16
    whole = whole.to(torch.int32).view(2 * PACKED_BLOCK, PACKED_BLOCK)
    low, high = whole.to(torch.uint8).view(2, 2, PACKED_BLOCK // 2, PACKED_BLOCK).unbind(1)
    expected = (low | high << 4).transpose(1, 2).flatten()
    try:
        packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(whole, 1)
    except (AttributeError, NotImplementedError, RuntimeError):
        return False
    return torch.equal(packed.flatten(), expected)


def _in_blocks(whole: Tensor) -> Tensor:
    """Weights from 0 to 15, uint8 ``(O I)``, in PyTorch's packed form."""
    half = PACKED_BLOCK // 2
    low, high = whole.view(-1, 2, half, whole.size(1)).unbind(1)
    return (low | high << 4).transpose(1, 2).contiguous().view(len(whole), -1)


def _two_to_a_byte(whole: Tensor) -> Tensor:
    return whole[:, ::2] | whole[:, 1::2] << 4


def _one_to_a_byte(halves: Tensor) -> Tensor:
    return torch.stack((halves & LARGEST, halves >> 4), 2).flatten(1)
