"""Quantizing tensors to eight bits, and to half precision.

Rounding is half to even, and what lies outside the range of the type is clamped.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from torch_lib.display import number_text
from torch_lib.eight_bits import QuantizedTensor
from torch_lib.errors import ArgumentError, KindError, ShapeError
from torch_lib.shapes import dimension

__all__ = [
    "dequantize",
    "int_repr",
    "quantize_dynamic",
    "quantize_fp16",
    "quantize_int8",
    "quantize_linear",
    "quantize_per_channel",
    "quantize_static",
    "scale",
    "tensor_to_int8",
    "zero_point",
]

EIGHT_BITS = {
    "int8": torch.int8,
    "qint8": torch.int8,
    "uint8": torch.uint8,
    "quint8": torch.uint8,
}


def quantize_dynamic(tensor: Tensor, dtype: str = "int8") -> QuantizedTensor:
    """Spread the range of ``tensor``, extended to contain 0, over a whole eight-bit type.

    Args:
        tensor: Finite numbers.
        dtype: ``"int8"``, ``"uint8"``, or ``"qint8"``, ``"quint8"``, which mean the same.

    Raises:
        ArgumentError: The type is unknown, or a number is not finite.

    Example:
        (torch_quantize_dynamic (floats -1.0 0.0 1.55))
        ; => Quantized tensor (int8, shape=(3), scale=0.01, zero_point=-28)
    """
    limits = torch.iinfo(_eight_bits(dtype))
    real = _finite(tensor)
    low, high = (0.0, 0.0) if real.numel() == 0 else (end.item() for end in real.aminmax())
    low, high = min(low, 0.0), max(high, 0.0)
    step = (high - low) / (limits.max - limits.min)
    step = step if step >= torch.finfo(torch.float32).tiny else 1.0
    middle = limits.min - low / step
    return _quantized(real, step, max(limits.min, min(round(middle), limits.max)), limits)


def quantize_static(
    tensor: Tensor, scale: float, zero_point: int, dtype: str = "int8"
) -> QuantizedTensor:
    """Quantize with a scale and a zero point that are known beforehand.

    Args:
        tensor: Finite numbers.
        scale: The distance of neighbouring values, above 0.
        zero_point: The whole number that stands for 0.
        dtype: As for ``quantize_dynamic``.

    Raises:
        ArgumentError: The type is unknown, the scale or the zero point is outside its range, or a
            number is not finite.

    Example:
        (torch_dequantize (torch_quantize_static (floats 1.5 2.25 -0.75) 0.25 0 "int8"))
        ; => (1.5 2.25 -0.75)
    """
    limits = torch.iinfo(_eight_bits(dtype))
    _check_scale(scale)
    _check_zero_point(zero_point, limits)
    return _quantized(_finite(tensor), scale, zero_point, limits)


def quantize_linear(tensor: Tensor, scale: float, zero_point: int) -> QuantizedTensor:
    """``quantize_static`` to int8.

    Raises:
        ArgumentError: The scale or the zero point is outside its range, or a number is not finite.

    Example:
        (torch_int_repr (torch_quantize_linear (floats 0.5 1.0 9000.0) 0.5 0))
        ; => [1, 2, 127]
    """
    return quantize_static(tensor, scale, zero_point)


def quantize_per_channel(
    tensor: Tensor, scales: Tensor, zero_points: Tensor, axis: int
) -> QuantizedTensor:
    """Quantize to int8 with a scale and a zero point for each index of a dimension.

    Args:
        tensor: Finite numbers.
        scales: One for each index of ``axis``, above 0.
        zero_points: As many whole numbers.
        axis: The dimension; negative ones count from the end.

    Raises:
        ShapeError: There are more or fewer scales or zero points than indices.
        ArgumentError: One is outside its range, or a number is not finite.

    Example:
        (torch_quantize_per_channel '((1.0 2.0) (10.0 20.0)) '(0.1 1) '(0 0) 0)
        ; => Quantized tensor (int8, shape=(2 2), per-channel, axis=0)
    """
    limits = torch.iinfo(torch.int8)
    dim = dimension(tensor, axis)
    for name, given in (("scales", scales), ("zero_points", zero_points)):
        if given.shape != (tensor.size(dim),):
            entries = f"{name} has {given.numel()} entries"
            raise ShapeError(f"{entries} but dimension {dim} of the tensor has {tensor.size(dim)}")
    for step in scales.tolist():
        _check_scale(step)
    for middle in zero_points.tolist():
        _check_zero_point(middle, limits)
    empty = QuantizedTensor(tensor, scales.float(), zero_points.to(torch.int32), dim)
    return replace(empty, data=_rounded(_finite(tensor), empty, limits))


def quantize_int8(tensor: Tensor) -> QuantizedTensor:
    """``tensor`` in a quarter of the memory, with an error of about 1 % on normal data.

    Raises:
        ArgumentError: A number is not finite.

    Example:
        (torch_quantize_int8 (floats 0.0 2.55))
        ; => Quantized tensor (int8, shape=(2), scale=0.01, zero_point=-128)
    """
    return quantize_dynamic(tensor, "int8")


def quantize_fp16(tensor: Tensor) -> Tensor:
    """``tensor`` as float16, in half the memory of float32.

    Example:
        (torch_dtype (torch_quantize_fp16 (floats 1.5 2.5)))
        ; => float16
    """
    return tensor.half()


def tensor_to_int8(tensor: Tensor) -> Tensor:
    """``tensor`` as int8: fractions are dropped, what lies outside -128 to 127 is clamped.

    Raises:
        ArgumentError: An element is nan.

    Example:
        (torch_tensor_to_int8 (floats 1.9 -1.9 300.0))
        ; => [1, -1, 127]
    """
    if tensor.is_floating_point() and tensor.isnan().any():
        raise ArgumentError("the tensor holds nan")
    limits = torch.iinfo(torch.int8)
    whole = tensor.to(torch.int64) if tensor.dtype == torch.bool else tensor
    return whole.clamp(limits.min, limits.max).to(torch.int8)


def dequantize(tensor: QuantizedTensor | Tensor) -> Tensor:
    """The real numbers as float32; floating tensors of that or a wider type stay as they are.

    Raises:
        KindError: The tensor holds plain whole numbers.

    Example:
        (torch_dequantize (torch_quantize_static (floats 0.5 0.74) 0.25 0 "uint8"))
        ; => (0.5 0.75)
    """
    if isinstance(tensor, QuantizedTensor):
        return tensor.dequantized()
    if not tensor.is_floating_point():
        raise KindError("the tensor is not quantized")
    return tensor.float() if tensor.element_size() < 4 else tensor


def scale(tensor: QuantizedTensor) -> float | Tensor:
    """The distance of neighbouring values; a tensor of them where channels differ.

    Example:
        (torch_scale (torch_quantize_linear (floats 1.0) 0.25 0))
        ; => 0.25
    """
    return tensor.scale.item() if tensor.axis is None else tensor.scale


def zero_point(tensor: QuantizedTensor) -> int | Tensor:
    """The whole number that stands for 0; a tensor of them where channels differ.

    Example:
        (torch_zero_point (torch_quantize_dynamic (floats 0.0 1.0) "uint8"))
        ; => 0
    """
    return int(tensor.zero_point.item()) if tensor.axis is None else tensor.zero_point


def int_repr(tensor: QuantizedTensor) -> Tensor:
    """The eight-bit numbers themselves.

    Example:
        (torch_int_repr (torch_quantize_static (floats -1.0 0.0 1.0) 0.5 10 "int8"))
        ; => [8, 10, 12]
    """
    return tensor.data


def _quantized(real: Tensor, scale: float, zero_point: int, limits: torch.iinfo) -> QuantizedTensor:
    empty = QuantizedTensor(
        real,
        torch.tensor(scale, dtype=torch.float32, device=real.device),
        torch.tensor(zero_point, dtype=torch.int32, device=real.device),
    )
    return replace(empty, data=_rounded(real, empty, limits))


def _rounded(real: Tensor, parameters: QuantizedTensor, limits: torch.iinfo) -> Tensor:
    scales = parameters.along_axis(parameters.scale)
    whole = torch.round(real / scales) + parameters.along_axis(parameters.zero_point)
    return whole.clamp_(limits.min, limits.max).to(getattr(torch, limits.dtype))


def _eight_bits(name: str) -> torch.dtype:
    if name not in EIGHT_BITS:
        raise ArgumentError(f'unknown dtype "{name}" (known: {", ".join(EIGHT_BITS)})')
    return EIGHT_BITS[name]


def _finite(tensor: Tensor) -> Tensor:
    """``tensor`` as float32, which neither gradients nor later changes reach."""
    real = tensor.detach().float()
    if not real.isfinite().all():
        raise ArgumentError("the tensor holds nan or infinite numbers")
    return real


def _check_scale(scale: float) -> None:
    if not 0 < scale < math.inf:
        raise ArgumentError(f"scale must be greater than 0, got {number_text(scale)}")


def _check_zero_point(zero_point: float, limits: torch.iinfo) -> None:
    if zero_point % 1 or not limits.min <= zero_point <= limits.max:
        raise ArgumentError(
            f"zero_point {number_text(zero_point)} is outside {limits.min} .. {limits.max}"
        )
