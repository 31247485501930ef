"""Making tensors, and taking their values out again."""

from __future__ import annotations

import gc
import math
from typing import Any

import torch
from torch import Tensor

from torch_lib.conversion import tensor_from
from torch_lib.decimals import exact_numbers
from torch_lib.devices import current_device
from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.memory import check_room
from torch_lib.options import SEED, is_seed

__all__ = [
    "arange",
    "clone",
    "detach",
    "dtype",
    "eye",
    "full",
    "full_like",
    "grad",
    "item",
    "manual_seed",
    "ones",
    "ones_like",
    "rand",
    "randint",
    "randn",
    "requires_grad",
    "tensor",
    "tensor_count",
    "to_dtype",
    "to_list",
    "zeros",
    "zeros_like",
]

Shape = tuple[int, ...]
Number = int | float

ELEMENT_TYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int64": torch.int64,
    "int32": torch.int32,
    "int16": torch.int16,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "bool": torch.bool,
}


def tensor(data: Any) -> Tensor:
    """A tensor that holds the numbers of ``data``.

    Args:
        data: Nested lists, a number, a boolean, a buffer such as an array, or a tensor. Whole
            numbers become int64, truth values bool, others float32; buffers keep their type.

    Raises:
        ShapeError: Rows differ in length.
        KindError: An element is not a number.

    Example:
        (torch_tensor '((1 2) (3 4)))
        ; => [[1, 2], [3, 4]]
        (torch_tensor '(1 2.5))
        ; => (1.0 2.5)
    """
    if isinstance(data, Tensor):
        return tensor_from(data)
    return tensor_from(data).to(current_device())


def zeros(shape: Shape, dtype: str | None = None) -> Tensor:
    """A tensor of ``shape`` filled with zeros, float32 unless ``dtype`` says otherwise.

    Example:
        (torch_zeros '(2 3))
        ; => ((0.0 0.0 0.0) (0.0 0.0 0.0))
    """
    chosen = element_type(dtype)
    return torch.zeros(sizes(shape, chosen), dtype=chosen, device=current_device())


def ones(shape: Shape, dtype: str | None = None) -> Tensor:
    """A tensor of ``shape`` filled with ones, float32 unless ``dtype`` says otherwise.

    Example:
        (torch_ones '(3) "int64")
        ; => [1, 1, 1]
    """
    chosen = element_type(dtype)
    return torch.ones(sizes(shape, chosen), dtype=chosen, device=current_device())


def full(shape: Shape, value: Number, dtype: str | None = None) -> Tensor:
    """A tensor of ``shape`` filled with ``value``, whose type it takes by default.

    Example:
        (torch_full '(2 2) 7)
        ; => [[7, 7], [7, 7]]
        (torch_full '(2) 7 "float32")
        ; => (7.0 7.0)
    """
    chosen = None if dtype is None else element_type(dtype)
    room = sizes(shape, chosen or torch.int64)
    return torch.full(room, value, dtype=chosen, device=current_device())


def rand(shape: Shape, dtype: str | None = None) -> Tensor:
    """A tensor of ``shape`` with numbers drawn evenly from 0 (included) to 1 (excluded).

    Example:
        (setq numbers (torch_rand '(2 3)))
        (torch_shape numbers)
        ; => (2 3)
        (and (>= (torch_min numbers) 0) (< (torch_max numbers) 1))
        ; => true
    """
    chosen = _floating_type(dtype)
    return torch.rand(sizes(shape, chosen), dtype=chosen, device=current_device())


def randn(shape: Shape, dtype: str | None = None) -> Tensor:
    """A tensor of ``shape`` with numbers drawn from the standard normal distribution.

    Example:
        (torch_shape (torch_randn '(2 3)))
        ; => (2 3)
    """
    chosen = _floating_type(dtype)
    return torch.randn(sizes(shape, chosen), dtype=chosen, device=current_device())


def randint(low: int, high: int, shape: Shape) -> Tensor:
    """A tensor of ``shape`` with whole numbers drawn from ``low`` up to, not including, ``high``.

    Raises:
        ArgumentError: ``low`` is not less than ``high``.

    Example:
        (setq throws (torch_randint 1 7 '(10)))
        (and (>= (torch_min throws) 1) (<= (torch_max throws) 6))
        ; => true
    """
    if low >= high:
        raise ArgumentError(f"low ({low}) must be less than high ({high})")
    return torch.randint(low, high, sizes(shape, torch.int64), device=current_device())


def arange(start: Number, end: Number, step: Number = 1) -> Tensor:
    """The numbers from ``start`` up to, not including, ``end``, ``step`` apart.

    Raises:
        ArgumentError: Steps of ``step`` do not lead from ``start`` to ``end``.

    Example:
        (torch_arange 0 5)
        ; => [0, 1, 2, 3, 4]
        (torch_arange 1 0 -0.25)
        ; => (1.0 0.75 0.5 0.25)
    """
    if step == 0 or (end - start) * step < 0:
        raise ArgumentError(f"steps of {step} do not lead from {start} to {end}")
    check_room((max(0, math.ceil((end - start) / step)),), torch.int64, current_device())
    return torch.arange(start, end, step, device=current_device())


def eye(n: int) -> Tensor:
    """The ``n`` by ``n`` identity matrix.

    Example:
        (torch_eye 2)
        ; => ((1.0 0.0) (0.0 1.0))
    """
    if n < 0:
        raise ArgumentError(f"n must not be negative, got {n}")
    sizes((n, n), torch.float32)
    return torch.eye(n, device=current_device())


def zeros_like(tensor: Tensor) -> Tensor:
    """Zeros in the shape and type of ``tensor``, on its device.

    Example:
        (torch_zeros_like '(1.5 2.5))
        ; => (0.0 0.0)
    """
    return torch.zeros_like(tensor)


def ones_like(tensor: Tensor) -> Tensor:
    """Ones in the shape and type of ``tensor``, on its device.

    Example:
        (torch_ones_like '((1 2) (3 4)))
        ; => [[1, 1], [1, 1]]
    """
    return torch.ones_like(tensor)


def full_like(tensor: Tensor, value: Number) -> Tensor:
    """``value`` throughout, in the shape and type of ``tensor``, on its device.

    Raises:
        ArgumentError: The type has no such value.

    Example:
        (torch_full_like '(1.5 2.5) 7)
        ; => (7.0 7.0)
    """
    check_holds(tensor, value)
    return torch.full_like(tensor, value)


def manual_seed(seed: int) -> bool:
    """Start the random numbers of every device again from ``seed``.

    Example:
        (torch_manual_seed 42)
        (setq numbers (torch_rand '(3)))
        (torch_manual_seed 42)
        (= numbers (torch_rand '(3)))
        ; => true
    """
    if not is_seed(seed):
        raise ArgumentError(f"the seed must be {SEED}, got {seed}")
    torch.manual_seed(seed)
    return True


def item(tensor: Tensor) -> int | float | bool:
    """The only element of ``tensor`` as a number.

    Raises:
        ShapeError: The tensor has no element or several.

    Example:
        (torch_item (torch_sum '(1 2 3)))
        ; => 6
    """
    if tensor.numel() != 1:
        raise ShapeError(f"tensor must contain exactly one element, but has {tensor.numel()}")
    (number,) = exact_numbers(tensor)
    return number  # type: ignore[no-any-return]


def to_list(tensor: Tensor) -> Any:
    """The elements as nested lists of numbers; a number for zero dimensions."""
    numbers = iter(exact_numbers(tensor))

    def entries(dim: int) -> Any:
        if dim == tensor.dim():
            return next(numbers)
        return [entries(dim + 1) for _ in range(tensor.size(dim))]

    return entries(0)


def dtype(tensor: Tensor) -> str:
    """The name of the element type: ``"float32"``, ``"int64"``.

    Example:
        (torch_dtype '(1 2))
        ; => int64
        (torch_dtype '(1 2.5))
        ; => float32
    """
    return str(tensor.dtype).removeprefix("torch.")


def to_dtype(tensor: Tensor, dtype: str) -> Tensor:
    """``tensor`` with its elements converted to the type called ``dtype``.

    Raises:
        ArgumentError: No element type has such a name.

    Example:
        (torch_to_dtype '(1.5 -2.5) "int64")
        ; => [1, -2]
    """
    return tensor.to(element_type(dtype))


def detach(tensor: Tensor) -> Tensor:
    """The same elements, cut off from the computation that gave them.

    Example:
        (setq x (torch_requires_grad (torch_tensor '(3.0))))
        (torch_backward (torch_mul x (torch_detach x)))
        (torch_grad x)
        ; => (3.0)
    """
    return tensor.detach()


def clone(tensor: Tensor) -> Tensor:
    """A copy that gradients flow through.

    Example:
        (setq x (torch_zeros '(2)))
        (torch_masked_fill_ (torch_clone x) '(true true) 5)
        x
        ; => (0.0 0.0)
    """
    return tensor.clone()


def requires_grad(tensor: Tensor, flag: bool = True) -> Tensor:
    """Switch the recording of gradients for ``tensor`` itself, and give it back.

    Raises:
        ArgumentError: Its elements are not floating, or it is the result of a recorded computation.

    Example:
        (setq x (torch_requires_grad (torch_tensor '(3.0))))
        (torch_backward (torch_mul x x))
        (torch_grad x)
        ; => (6.0)
    """
    if flag and not tensor.is_floating_point():
        raise ArgumentError(f"only floating tensors have gradients, this one holds {dtype(tensor)}")
    if not tensor.is_leaf and not flag:
        raise ArgumentError("the tensor is the result of a computation: detach it instead")
    return tensor.requires_grad_(flag)


def grad(tensor: Tensor) -> Tensor | None:
    """The gradient that ``backward`` left on ``tensor``, None without one.

    Example:
        (setq x (torch_requires_grad (torch_tensor '(1.0 2.0))))
        (torch_grad x)
        ; => nil
        (torch_backward (torch_sum (torch_mul x '(10.0 20.0))))
        (torch_grad x)
        ; => (10.0 20.0)
    """
    return tensor.grad


def tensor_count() -> int:
    """The number of tensors alive in memory.

    Example:
        (setq x (torch_zeros '(2)))
        (> (torch_tensor_count) 0)
        ; => true
    """
    return sum(issubclass(type(value), Tensor) for value in gc.get_objects())


def element_type(name: str | None) -> torch.dtype:
    """The element type called ``name``, float32 for None.

    Raises:
        ArgumentError: No element type has such a name.
    """
    if name is None:
        return torch.float32
    if name not in ELEMENT_TYPES:
        known = ", ".join(ELEMENT_TYPES)
        raise ArgumentError(f'unknown element type "{name}" (known: {known})')
    return ELEMENT_TYPES[name]


def weight_type(name: str | None) -> torch.dtype:
    """The element type called ``name``, which weights can have.

    Raises:
        ArgumentError: It is unknown, or one of whole numbers.
    """
    dtype = element_type(name)
    if not dtype.is_floating_point:
        raise ArgumentError(f'dtype "{name}" holds no weights: for fewer bits give a quantization')
    return dtype


def check_holds(tensor: Tensor, value: Tensor | Number) -> None:
    """Refuse decimals where the elements are whole numbers: PyTorch would cut them off.

    Raises:
        ArgumentError: Naming the value and the type.
    """
    if tensor.is_floating_point() or tensor.is_complex() or isinstance(value, int):
        return
    numbers = torch.as_tensor(value)
    if numbers.is_floating_point() and not torch.equal(numbers, numbers.trunc()):
        given = "a value" if numbers.dim() else f"{value}"
        raise ArgumentError(f"{given} with decimals does not fit a tensor of {dtype(tensor)}")


def sizes(shape: Shape, dtype: torch.dtype) -> Shape:
    """``shape``, whose entries are not negative, and for which there is memory.

    Raises:
        ShapeError: An entry is negative, or the tensor would be too large.
    """
    if any(size < 0 for size in shape):
        expected = "a list of non-negative integers"
        raise ShapeError(f"shape must be {expected}, got {shape_text(shape)}")
    check_room(shape, dtype, current_device())
    return shape


def _floating_type(name: str | None) -> torch.dtype:
    chosen = element_type(name)
    if not chosen.is_floating_point:
        raise ArgumentError(f"random numbers are floating, {name} is not a floating type")
    return chosen
