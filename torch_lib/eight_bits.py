"""Tensors in eight bits: a scale and a zero point say which real numbers the whole ones stand for.

``real = (q - zero_point) * scale``, with one scale for the whole tensor or one for each index of
an axis. PyTorch's own quantized element types are deprecated; this is a value of the library's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from torch_lib.display import shape_text

__all__ = ["QuantizedTensor"]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class QuantizedTensor:
    """Real numbers as eight-bit ones.

    Args:
        data: int8 or uint8.
        scale: float32, without dimensions, or one number for each index of ``axis``.
        zero_point: int32, in the shape of ``scale``.
        axis: The dimension along which scales differ, None for one scale.
    """

    data: Tensor
    scale: Tensor
    zero_point: Tensor
    axis: int | None = None

    @property
    def shape(self) -> torch.Size:
        """The length of every dimension."""
        return self.data.shape

    @property
    def device(self) -> torch.device:
        """Where the numbers are."""
        return self.data.device

    def to(self, device: torch.device) -> QuantizedTensor:
        """The same numbers on ``device``."""
        parts = (self.data, self.scale, self.zero_point)
        data, scale, zero_point = (part.to(device) for part in parts)
        return replace(self, data=data, scale=scale, zero_point=zero_point)

    def dequantized(self) -> Tensor:
        """The real numbers, as float32."""
        shifted = self.data.float() - self.along_axis(self.zero_point)
        return shifted * self.along_axis(self.scale)

    def summary(self) -> str:
        """The printed line."""
        facts = f"{str(self.data.dtype).removeprefix('torch.')}, shape={shape_text(self.shape)}"
        if self.axis is not None:
            return f"Quantized tensor ({facts}, per-channel, axis={self.axis})"
        scale, zero_point = f"{self.scale.item():.4g}", self.zero_point.item()
        return f"Quantized tensor ({facts}, scale={scale}, zero_point={zero_point})"

    def along_axis(self, numbers: Tensor) -> Tensor:
        """Scales or zero points in a shape that broadcasts with the data."""
        if self.axis is None:
            return numbers
        return numbers.reshape([-1 if dim == self.axis else 1 for dim in range(self.data.dim())])
