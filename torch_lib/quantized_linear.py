"""A linear layer with eight-bit weights.

I input features, O output features, M rows. Each output channel has a scale. A few rows are
multiplied by a kernel that reads the packed weights once, which is what bounds their time; more
rows are rounded to eight bits themselves and multiplied as whole numbers. Where these kernels do
not work, and where gradients flow, the weights are first turned into real numbers again.

LLM.int8() (Dettmers et al. 2022, arXiv:2208.07339) describes the scales by row and by column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.kinds import kind
from torch_lib.layers import checked_features

__all__ = ["QuantizedLinear"]

FLOAT = torch.float32
NARROW = (torch.bfloat16, torch.float16)
LARGEST = 127
FEW_ROWS = 3
"""Up to here the packed kernel is the faster one (measured for 512 to 2048 features)."""

PACKED_MULTIPLE = 32
"""PyTorch's packed kernel reads past the end of rows of another length."""

Range = tuple[float, float]

RowMap = Callable[[Tensor], Tensor]
"""From ``(M I)`` to ``(M O)``, float32."""


class Kernels(NamedTuple):
    """The maps of up to ``FEW_ROWS`` rows and of more, None where a kernel does not work."""

    few: RowMap | None
    many: RowMap | None


@kind("quantized_linear")
class QuantizedLinear(nn.Module):
    """``input @ weight.T + bias`` with eight-bit weights: ``(… I)`` to ``(… O)``.

    Args:
        in_features: I.
        out_features: O.
        bias: Whether a bias is added.
        activation_range: The smallest and the largest input that calibration has seen; without
            it every row is rounded by a range of its own.
    """

    scheme = "int8"
    replaces_linear = True
    _kernels: Kernels | None = None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        activation_range: Range | None = None,
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.activation_range = activation_range
        self._row = torch.Size((1, in_features))
        self.bias: Tensor | None
        self.weight: Tensor
        self.scale: Tensor
        self.register_buffer("bias", torch.zeros(out_features) if bias else None)
        self.register_buffer("weight", torch.zeros(out_features, in_features, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(out_features))

    @classmethod
    def of(cls, linear: nn.Linear, activation_range: Range | None = None) -> QuantizedLinear:
        """The quantized form of ``linear``, which stays as it is."""
        layer = cls(
            linear.in_features, linear.out_features, linear.bias is not None, activation_range
        )
        weight = linear.weight.detach().float()
        # bfloat16, which the packed kernel wants, holds these scales exactly.
        scale = (weight.abs().amax(1) / LARGEST).to(torch.bfloat16).float()
        layer.scale = torch.where(scale > 0, scale, 1.0)
        rounded = torch.round(weight / layer.scale[:, None])
        layer.weight = rounded.clamp_(-LARGEST, LARGEST).to(torch.int8)
        if linear.bias is not None:
            layer.bias = linear.bias.detach().float()
        return layer

    @classmethod
    def joined(cls, layers: Sequence[QuantizedLinear]) -> QuantizedLinear | None:
        """One layer of which ``layers`` become parts; None where their memory cannot be shared."""
        first = layers[0]
        kept = {(one.in_features, one.activation_range, one.bias is None) for one in layers}
        if len(kept) > 1:
            return None
        outputs = [one.out_features for one in layers]
        bias = first.bias is not None
        with torch.device("meta"):
            whole = cls(first.in_features, sum(outputs), bias, first.activation_range)
        for name in ("weight", "scale", *(["bias"] if bias else [])):
            together = torch.cat([getattr(one, name) for one in layers])
            setattr(whole, name, together)
            for one, part in zip(layers, torch.split(together, outputs), strict=True):
                setattr(one, name, part)
                one._kernels = None
        return whole

    def forward(self, input: Tensor) -> Tensor:
        """Map the last dimension of ``input``."""
        few, many = self._kernels or self._prepare()
        if few and input.shape == self._row and input.dtype is FLOAT and not input.requires_grad:
            return few(input)  # one token: the checks below would cost a tenth of its time
        input = checked_features(self, input, self.in_features)
        if input.dtype is torch.float64:
            input = input.float()
        rows = input if input.dim() == 2 else input.reshape(-1, self.in_features)
        map_rows = few if 0 < len(rows) <= FEW_ROWS else many
        if map_rows is None or (input.requires_grad and torch.is_grad_enabled()):
            bias = None if self.bias is None else self.bias.to(input.dtype)
            return F.linear(input, self.real_weight().to(input.dtype), bias)
        output = map_rows(rows)
        if input.dtype in NARROW:
            output = output.to(input.dtype)
        return output if rows is input else output.reshape(*input.shape[:-1], -1)

    @property
    def packs(self) -> bool:
        """Whether a few rows are multiplied by the weights as they lie in memory."""
        return (self._kernels or self._prepare()).few is not None

    def real_weight(self) -> Tensor:
        """The weights as float32, ``(O I)``."""
        return self.weight.float() * self.scale[:, None]

    def real_rows(self, places: Tensor) -> Tensor:
        """The weights of some output channels: int64 ``(R,)`` to float32 ``(R I)``."""
        return self.weight[places].float() * self.scale[places, None]

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.bias is not None,
            "activation_range": self.activation_range,
        }

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Linear Layer ({self.in_features} -> {self.out_features})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_kernels"}

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> QuantizedLinear:
        self._kernels = None
        moved: QuantizedLinear = super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return moved

    def _load_from_state_dict(self, *arguments: Any) -> None:
        self._kernels = None
        super()._load_from_state_dict(*arguments)

    def _prepare(self) -> Kernels:
        """Make the kernels from the buffers as they are now."""
        if self.weight.device.type != "cpu":
            self._kernels = Kernels(None, None)
            return self._kernels
        scale, bias = self.scale.float(), self.bias
        many = (
            _whole_rows(self.weight, scale, bias)
            if self.activation_range is None
            else _calibrated_rows(self.weight, scale, bias, self.activation_range)
        )
        few = None
        if self.in_features % PACKED_MULTIPLE == 0:
            few = _packed_rows(self.weight, scale, bias)
        self._kernels = Kernels(*(_if_it_works(one, self.in_features) for one in (few, many)))
        return self._kernels


def _packed_rows(weight: Tensor, scale: Tensor, bias: Tensor | None) -> RowMap:
    """Rows in bfloat16, weights as they lie in memory."""
    narrow = scale.to(torch.bfloat16)

    def map_rows(rows: Tensor) -> Tensor:
        product = torch._weight_int8pack_mm(rows.bfloat16(), weight, narrow)
        return product.float() if bias is None else torch.add(bias, product)

    return map_rows


def _whole_rows(weight: Tensor, scale: Tensor, bias: Tensor | None) -> RowMap:
    """Each row rounded to eight bits by its own largest element."""
    columns = weight.t()

    def map_rows(rows: Tensor) -> Tensor:
        rows = rows.float()
        steps = rows.abs().amax(1, keepdim=True).clamp_min_(torch.finfo(torch.float32).tiny)
        steps = steps / LARGEST
        product = torch._int_mm(torch.round(rows / steps).to(torch.int8), columns) * steps
        return product * scale if bias is None else torch.addcmul(bias, product, scale)

    return map_rows


def _calibrated_rows(weight: Tensor, scale: Tensor, bias: Tensor | None, seen: Range) -> RowMap:
    """Rows rounded to eight bits by the range that calibration has seen."""
    columns = weight.t()
    low, high = min(seen[0], 0.0), max(seen[1], 0.0)
    step = (high - low) / (2 * LARGEST + 1) or 1.0
    middle = round(-LARGEST - 1 - low / step)
    scale = scale * step
    shift = -middle * scale * weight.sum(1)  # what the zero point adds to every product
    shift = shift if bias is None else shift + bias

    def map_rows(rows: Tensor) -> Tensor:
        whole = torch.round(rows.float() / step).add_(middle).clamp_(-LARGEST - 1, LARGEST)
        return torch.addcmul(shift, torch._int_mm(whole.to(torch.int8), columns), scale)

    return map_rows


def _if_it_works(map_rows: RowMap | None, in_features: int) -> RowMap | None:
    """``map_rows``, None where the machine or this version of PyTorch lacks its kernel."""
    if map_rows is None:
        return None
    try:
        map_rows(torch.zeros(1, in_features))
    except (AttributeError, NotImplementedError, RuntimeError):
        return None
    return map_rows
