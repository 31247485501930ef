"""Arithmetic with broadcasting, products, and functions along a dimension."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from torch_lib.devices import current_device
from torch_lib.display import shape_text
from torch_lib.elementwise import counted, floating
from torch_lib.errors import ArgumentError, DeviceError, ShapeError
from torch_lib.memory import check_room
from torch_lib.shapes import common_shape, dimension
from torch_lib.tensors import Number

__all__ = [
    "add",
    "clamp",
    "cumsum",
    "div",
    "einsum",
    "linear_apply",
    "log_softmax",
    "matmul",
    "mul",
    "pow",
    "rms_norm",
    "softmax",
    "sub",
]

Operand: TypeAlias = Tensor | Number

FEW_ELEMENTS = 2**24
"""With no more than so many pairs of elements, the room for a result is not worth a check."""


def add(a: Operand, b: Operand) -> Tensor:
    """``a + b``, element by element, with broadcasting.

    Raises:
        ShapeError: The shapes do not broadcast.
        DeviceError: The tensors are on different devices.

    Example:
        (torch_add '((1 2) (3 4)) '(10 20))
        ; => [[11, 22], [13, 24]]
    """
    return _combined(torch.add, a, b)


def sub(a: Operand, b: Operand) -> Tensor:
    """``a - b``, element by element, with broadcasting.

    Raises:
        ShapeError: The shapes do not broadcast.
        DeviceError: The tensors are on different devices.

    Example:
        (torch_sub 10 '(1.0 2.5))
        ; => (9.0 7.5)
    """
    return _combined(torch.sub, a, b)


def mul(a: Operand, b: Operand) -> Tensor:
    """``a * b``, element by element, with broadcasting.

    Raises:
        ShapeError: The shapes do not broadcast.
        DeviceError: The tensors are on different devices.

    Example:
        (torch_mul '((1.0 2.0) (3.0 4.0)) '((10.0) (100.0)))
        ; => ((10.0 20.0) (300.0 400.0))
    """
    return _combined(torch.mul, a, b)


def div(a: Operand, b: Operand) -> Tensor:
    """``a / b``, element by element, with broadcasting.

    Raises:
        ShapeError: The shapes do not broadcast.
        DeviceError: The tensors are on different devices.

    Example:
        (torch_div '(1 2 3) 2)
        ; => (0.5 1.0 1.5)
    """
    return _combined(torch.div, a, b)


def pow(tensor: Operand, exponent: Operand) -> Tensor:
    """``tensor`` to the power of ``exponent``, element by element, with broadcasting.

    Raises:
        ShapeError: The shapes do not broadcast.
        DeviceError: The tensors are on different devices.

    Example:
        (torch_pow '(1.0 2.0 3.0) 2)
        ; => (1.0 4.0 9.0)
        (torch_pow 2 '(1 2 3))
        ; => [2, 4, 8]
        (torch_pow '(1 2 4) -1)
        ; => (1.0 0.5 0.25)
    """
    if _whole(tensor) and _whole(exponent) and torch.as_tensor(exponent).lt(0).any():
        tensor = floating(torch.as_tensor(tensor))
    return _combined(torch.pow, tensor, exponent)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """The product of matrices, vectors or batches of matrices.

    Raises:
        ShapeError: The inner sizes differ, or the batches do not broadcast.
        DeviceError: The tensors are on different devices.

    Example:
        (torch_matmul '((1 2) (3 4)) '((1 0) (1 1)))
        ; => [[3, 2], [7, 4]]
        (torch_matmul '((1 2) (3 4)) '(1 10))
        ; => [21, 43]
    """
    if a.dim() > 1 and b.dim() > 1 and a.numel() * b.numel() > FEW_ELEMENTS:
        batch = common_shape(a.shape[:-2], b.shape[:-2]) or ()
        check_room((*batch, a.size(-2), b.size(-1)), a.dtype, a.device)
    try:
        return torch.matmul(a, b)
    except RuntimeError:
        check_same_device(a, b)
        shapes = f"{shape_text(a.shape)} x {shape_text(b.shape)}"
        if not a.dim() or not b.dim():
            raise ShapeError(f"a product needs at least one dimension: {shapes}") from None
        if a.size(-1) != b.size(max(0, b.dim() - 2)):
            raise ShapeError(f"inner sizes differ: {shapes}") from None
        if a.dtype != b.dtype:
            common = torch.promote_types(a.dtype, b.dtype)
            return torch.matmul(a.to(common), b.to(common))
        raise


def einsum(specification: str, tensors: Sequence[Tensor]) -> Tensor:
    """The sum of products that an Einstein specification such as ``"ij,jk->ik"`` names.

    Raises:
        ShapeError: The specification does not fit the tensors.

    Example:
        (torch_einsum "ij->i" '(((1 2) (3 4))))
        ; => [3, 7]
        (torch_einsum "i,j->ij" '((1 2) (3 4)))
        ; => [[3, 4], [6, 8]]
    """
    if not tensors:
        raise ArgumentError("at least one tensor must be given")
    for tensor in tensors[1:]:
        check_same_device(tensors[0], tensor)
    common = reduce(torch.promote_types, (tensor.dtype for tensor in tensors))
    try:
        if math.prod(tensor.numel() for tensor in tensors) > FEW_ELEMENTS:
            result = torch.einsum(specification, *(tensor.to("meta") for tensor in tensors))
            check_room(result.shape, common, tensors[0].device)
        return torch.einsum(specification, *(tensor.to(common) for tensor in tensors))
    except RuntimeError as error:
        raise ShapeError(f"{error}".removeprefix("einsum(): ")) from error


def linear_apply(tensor: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``tensor`` times the transpose of ``weight``, plus ``bias``.

    Args:
        tensor: ``(… I)``.
        weight: ``(O I)``.
        bias: ``(O)``.

    Raises:
        ShapeError: ``tensor`` and ``weight`` differ in their last size, or the bias has another.

    Example:
        (torch_linear_apply '(1.0 2.0) '((1.0 1.0) (0.0 3.0)) '(0.5 0.0))
        ; => (3.5 6.0)
    """
    if weight.dim() != 2 or tensor.shape[-1:] != weight.shape[-1:]:
        shapes = f"{shape_text(tensor.shape)} x {shape_text(weight.shape)} transposed"
        raise ShapeError(f"inner sizes differ: {shapes}")
    if bias is not None and bias.shape != weight.shape[:1]:
        shapes = f"{shape_text(bias.shape)} does not fit {weight.size(0)} outputs"
        raise ShapeError(f"bias of shape {shapes}")
    element_type = torch.promote_types(tensor.dtype, weight.dtype)
    offset = None if bias is None else bias.to(element_type)
    return F.linear(tensor.to(element_type), weight.to(element_type), offset)


def rms_norm(tensor: Tensor, weight: Tensor, eps: float = 1e-6) -> Tensor:
    """``tensor`` divided by the root of its mean square along the last dimension, by ``weight``.

    Raises:
        ShapeError: ``weight`` does not have the length of the last dimension.

    Example:
        (torch_rms_norm '(2.0 -2.0) '(1.0 3.0) 0)
        ; => (1.0 -3.0)
    """
    if weight.shape != tensor.shape[-1:]:
        shapes = f"{shape_text(weight.shape)} does not fit {shape_text(tensor.shape)}"
        raise ShapeError(f"weight of shape {shapes}")
    values = floating(tensor)
    return F.rms_norm(values, tuple(weight.shape), weight.to(values.dtype), eps)


def clamp(tensor: Tensor, min: Number | None = None, max: Number | None = None) -> Tensor:
    """Each element, kept between ``min`` and ``max``.

    Raises:
        ArgumentError: Neither bound is given.

    Example:
        (torch_clamp '(-5 0 5) -1 2)
        ; => [-1, 0, 2]
        (torch_clamp '(-5 0 5) nil 2)
        ; => [-5, 0, 2]
    """
    if min is None and max is None:
        raise ArgumentError("at least one of min and max must be given")
    return torch.clamp(tensor, min, max)


def softmax(tensor: Tensor, dim: int = -1) -> Tensor:
    """Exponentials that add up to 1 along ``dim``.

    Raises:
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_softmax '((0.0 0.0) (100.0 -100.0)))
        ; => ((0.5 0.5) (1.0 0.0))
    """
    return torch.softmax(floating(tensor), dimension(tensor, dim))


def log_softmax(tensor: Tensor, dim: int = -1) -> Tensor:
    """The logarithm of ``softmax``, computed safely.

    Raises:
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_log_softmax '(0.0 0.0))
        ; => (-0.6931472 -0.6931472)
    """
    return torch.log_softmax(floating(tensor), dimension(tensor, dim))


def cumsum(tensor: Tensor, dim: int) -> Tensor:
    """Running sums along ``dim``.

    Raises:
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_cumsum '((1 2 3) (4 5 6)) 1)
        ; => [[1, 3, 6], [4, 9, 15]]
    """
    return torch.cumsum(tensor, dimension(tensor, dim))


def _whole(operand: Operand) -> bool:
    return not isinstance(operand, float) and not torch.as_tensor(operand).is_floating_point()


def check_same_device(a: Tensor, b: Tensor) -> None:
    """Refuse tensors that no operation can combine.

    Raises:
        DeviceError: The tensors are on different devices.
    """
    if a.device != b.device:
        raise DeviceError(f"tensors are on different devices ({a.device} and {b.device})")


def _combined(operation: Callable[[Tensor, Operand], Tensor], a: Operand, b: Operand) -> Tensor:
    if not isinstance(a, Tensor):
        device = b.device if isinstance(b, Tensor) else current_device()
        a = torch.as_tensor(a, dtype=_scalar_type(a, b), device=device)
    if isinstance(b, Tensor) and a.numel() * b.numel() > FEW_ELEMENTS:
        _check_common_room(a, b)
    try:
        return operation(a, b)
    except RuntimeError:
        if isinstance(b, Tensor):
            check_same_device(a, b)
            if common_shape(a.shape, b.shape) is None:
                shapes = f"{shape_text(a.shape)} and {shape_text(b.shape)}"
                raise ShapeError(f"shapes {shapes} do not match") from None
            if a.dtype == b.dtype == torch.bool:  # PyTorch does not subtract truth values
                return operation(counted(a), counted(b))
        raise


def _check_common_room(a: Tensor, b: Tensor) -> None:
    shape = common_shape(a.shape, b.shape)
    if shape is not None:
        check_room(shape, torch.promote_types(a.dtype, b.dtype), a.device)


def _scalar_type(number: Number, other: Operand) -> torch.dtype | None:
    """The type in which a number meets a tensor without losing decimals."""
    if isinstance(other, Tensor) and isinstance(number, float) and other.is_floating_point():
        return other.dtype
    return None
