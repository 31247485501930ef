"""A tensor as Lisp sees it: a carrier that is always true, indexed, compared and calculated with.

Numbers that leave a tensor are the shortest decimals of its own element type.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from lispe_core.errors import LispError
from lispe_core.foreign import Foreign
from lispe_core.forms import TRUE, LispList, Value
from lispe_core.matrices import data_of
from lispe_core.typed_lists import Floats, Integers, Numbers, Shorts, TypedList
from torch_lib import elementwise, mathematics
from torch_lib.conversion import tensor_from
from torch_lib.decimals import exact_numbers
from torch_lib.display import shape_text, tensor_text
from torch_lib.errors import TorchLibError

__all__ = ["TensorValue", "lisp_number", "plain_data"]

Operation = Callable[[Any, Any], Any]

NUMERIC = (int, float, list, array)

LIST_KINDS: dict[torch.dtype, tuple[type[TypedList], torch.dtype]] = {
    torch.float32: (Floats, torch.float32),
    torch.float64: (Numbers, torch.float64),
    torch.int16: (Shorts, torch.int16),
    torch.uint8: (Integers, torch.int64),
    torch.int8: (Integers, torch.int64),
    torch.int32: (Integers, torch.int64),
    torch.int64: (Integers, torch.int64),
}
"""The typed lists that hold the very elements, and the element type that those have in memory."""


class TensorValue(Foreign):
    """Carries ``tensor``."""

    __slots__ = ("__weakref__", "tensor")
    type_name = "torch_tensor"

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def display(self) -> str:
        """``(5.0 7.0)`` for floats, ``[2, 4]`` for integers, a number for zero dimensions."""
        return tensor_text(self.tensor)

    def at(self, key: Value) -> Value:
        """The element or the slice at an index, which may count from the end."""
        return lisp_value(self.tensor[self._slice_index(key)])

    def element_in_order(self, key: Value) -> Value:
        """The element at an index that counts through all of them, the last dimension first."""
        if self.tensor.dim() < 2:
            return self.at(key)
        return lisp_value(self.tensor[self._place_in_order(key)])

    def _place_in_order(self, key: Value) -> tuple[Tensor, ...]:
        count = self.tensor.numel()
        place = torch.tensor(_checked_index(key, count) % count)
        return torch.unravel_index(place, self.tensor.shape)

    def store(self, key: Value, value: Value) -> None:
        """Overwrite the element or the slice at an index."""
        self._overwrite(self._slice_index(key), value)

    def store_in_order(self, key: Value, value: Value) -> None:
        """Overwrite the element at an index that counts through all of them."""
        if self.tensor.dim() < 2:
            self.store(key, value)
        else:
            self._overwrite(self._place_in_order(key), value)

    def _overwrite(self, index: int | tuple[Tensor, ...], value: Value) -> None:
        try:
            self.tensor[index] = plain_tensor(value)
        except (RuntimeError, TorchLibError) as problem:
            raise LispError(f"set@: {first_line(problem)}") from problem

    def _slice_index(self, key: Value) -> int:
        return _checked_index(key, self.tensor.size(0) if self.tensor.dim() else 0)

    def size(self) -> int:
        """The length of the first dimension; 1 for zero dimensions."""
        return self.tensor.size(0) if self.tensor.dim() else 1

    def tally(self) -> int:
        """The number of all elements."""
        return self.tensor.numel()

    def iterate(self) -> Iterator[Value]:
        """The numbers of one dimension, else the slices along the first."""
        if self.tensor.dim() > 1:
            return map(TensorValue, self.tensor.unbind())
        return map(lisp_number, exact_numbers(self.tensor))

    def rest(self) -> Value:
        """All but the first slice."""
        return TensorValue(self.tensor[1:]) if self.tensor.dim() else super().rest()

    def to_list(self) -> Value:
        """Nested Lisp lists, the innermost of the tensor's own kind; a number for no dimension."""
        if self.tensor.dim() > 1:
            return LispList(TensorValue(row).to_list() for row in self.tensor.unbind())
        if self.tensor.dim() == 0:
            return lisp_value(self.tensor)
        if self.tensor.dtype in LIST_KINDS:
            kind, element_type = LIST_KINDS[self.tensor.dtype]
            numbers = kind()
            numbers.frombytes(self.tensor.detach().cpu().to(element_type).numpy().tobytes())
            return numbers
        return (Floats if self.tensor.is_floating_point() else LispList)(self.iterate())

    def clone(self) -> TensorValue:
        """A copy that gradients flow through."""
        return TensorValue(self.tensor.clone())

    def number(self) -> float:
        """The only element as a Python number; what has several can't be compared."""
        return self._only_element("compare")

    def _only_element(self, purpose: str = "convert") -> float:
        if self.tensor.numel() != 1:
            shape = shape_text(self.tensor.shape)
            raise LispError(f"cannot {purpose} a tensor of shape {shape}: it is not one number")
        (number,) = exact_numbers(self.tensor)
        return number  # type: ignore[no-any-return]

    def __float__(self) -> float:
        return float(self._only_element())

    def __int__(self) -> int:
        return int(self._only_element())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TensorValue):
            return equal(self.tensor, other.tensor)
        if isinstance(other, int | float) and self.tensor.dim() == 0:
            return self.number() == other
        return NotImplemented

    __hash__ = object.__hash__

    def __lt__(self, other: object) -> bool:
        number = comparable(other)
        return NotImplemented if number is None else self.number() < number

    def __le__(self, other: object) -> bool:
        number = comparable(other)
        return NotImplemented if number is None else self.number() <= number

    def __gt__(self, other: object) -> bool:
        number = comparable(other)
        return NotImplemented if number is None else self.number() > number

    def __ge__(self, other: object) -> bool:
        number = comparable(other)
        return NotImplemented if number is None else self.number() >= number

    def __add__(self, other: Value) -> Value:
        if isinstance(other, OPERANDS):
            return calculate("+", mathematics.add, self, other)
        return NotImplemented

    def __radd__(self, other: Value) -> Value:
        if isinstance(other, NUMERIC):
            return calculate("+", mathematics.add, other, self)
        return NotImplemented

    def __sub__(self, other: Value) -> Value:
        if isinstance(other, OPERANDS):
            return calculate("-", mathematics.sub, self, other)
        return NotImplemented

    def __rsub__(self, other: Value) -> Value:
        if isinstance(other, NUMERIC):
            return calculate("-", mathematics.sub, other, self)
        return NotImplemented

    def __mul__(self, other: Value) -> Value:
        if isinstance(other, OPERANDS):
            return calculate("*", mathematics.mul, self, other)
        return NotImplemented

    def __rmul__(self, other: Value) -> Value:
        if isinstance(other, NUMERIC):
            return calculate("*", mathematics.mul, other, self)
        return NotImplemented

    def __truediv__(self, other: Value) -> Value:
        if isinstance(other, OPERANDS):
            return calculate("/", mathematics.div, self, other)
        return NotImplemented

    def __rtruediv__(self, other: Value) -> Value:
        if isinstance(other, NUMERIC):
            return calculate("/", mathematics.div, other, self)
        return NotImplemented

    def __pos__(self) -> TensorValue:
        return self

    def __neg__(self) -> TensorValue:
        return TensorValue(elementwise.neg(self.tensor))


OPERANDS = (TensorValue, *NUMERIC)


def _checked_index(key: Value, count: int) -> int:
    if not isinstance(key, int):
        raise LispError(f"tensor index must be an integer, got {key}")
    if not -count <= key < count:
        raise LispError("tensor index out of bounds")
    return key


def comparable(value: object) -> float | None:
    """The number that a number or a tensor of one element is."""
    if isinstance(value, TensorValue):
        return value.number()
    return value if isinstance(value, int | float) else None


def calculate(sign: str, operation: Operation, left: Value, right: Value) -> TensorValue:
    """``operation`` on two operands, at least one of them a tensor."""
    try:
        return TensorValue(operation(plain_tensor(left), plain_tensor(right)))
    except (RuntimeError, TypeError, TorchLibError) as problem:
        raise LispError(f"{sign}: {first_line(problem)}") from problem


def plain_tensor(value: Value) -> Any:
    """The tensor of a carrier, a number as it is, a list of numbers as a tensor."""
    if isinstance(value, TensorValue):
        return value.tensor
    return tensor_from(plain_data(value)) if isinstance(value, list | array) else value


def plain_data(value: Value) -> Any:
    """Nested Lisp lists, numbers and truth values as Python's own; anything else as it is.

    A matrix that NumPy computed is its array.
    """
    if value is TRUE:
        return True
    if (data := data_of(value)) is not None:
        return data
    if isinstance(value, list):
        return [plain_data(element) for element in value]
    return value.tensor if isinstance(value, TensorValue) else value


def lisp_value(tensor: Tensor) -> Value:
    """A number for zero dimensions, else the tensor's carrier."""
    return TensorValue(tensor) if tensor.dim() else lisp_number(exact_numbers(tensor)[0])


def lisp_number(number: Any) -> Value:
    """A Python number, or a truth value as Lisp spells it."""
    if number is True:
        return TRUE
    return None if number is False else number


def equal(left: Tensor, right: Tensor) -> bool:
    """Whether shapes and all elements are equal, whatever their types."""
    if left.shape != right.shape or left.device != right.device:
        return False
    if left.dtype != right.dtype:
        common = torch.promote_types(left.dtype, right.dtype)
        left, right = left.to(common), right.to(common)
    return torch.equal(left, right)


def first_line(problem: Exception) -> str:
    """The sentence of an exception: torch adds pages of advice to some."""
    return str(problem).strip().partition("\n")[0]
