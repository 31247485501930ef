"""Operators between lists: element by element, a scalar with every element."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from lispe_core.arithmetic import (
    add,
    bit_and,
    bit_or,
    bit_xor,
    divide,
    modulo,
    multiply,
    power,
    shift_left,
    shift_right,
    subtract,
)
from lispe_core.foreign import Foreign

if TYPE_CHECKING:
    from lispe_core.forms import Value

Operation = Callable[["Value", "Value"], "Value"]


class Elementwise:
    """Gives a list class LispE's operators.

    ``combine`` decides what an operation does; ``regrouped`` makes the resulting list.
    """

    __slots__ = ()

    def regrouped(self, values: Iterable[Value]) -> Value:
        """A list of the results of an operation on this one."""
        raise NotImplementedError

    def combine(self, operation: Operation, other: Value, *, reflected: bool = False) -> Value:
        """``operation`` over the elements; ``reflected`` puts ``other`` on the left."""
        if isinstance(other, Foreign):
            return NotImplemented
        own: Any = self
        if not isinstance(other, (list, array)):
            if reflected:
                return self.regrouped([operation(other, value) for value in own])
            return self.regrouped([operation(value, other) for value in own])
        left, right = (other, own) if reflected else (own, other)
        results = [operation(a, b) for a, b in zip(left, right, strict=False)]
        results.extend(left[len(results) :])
        return self.regrouped(results)

    def __add__(self, other: Value) -> Value:
        return self.combine(add, other)

    def __radd__(self, other: Value) -> Value:
        return self.combine(add, other, reflected=True)

    def __sub__(self, other: Value) -> Value:
        return self.combine(subtract, other)

    def __rsub__(self, other: Value) -> Value:
        return self.combine(subtract, other, reflected=True)

    def __mul__(self, other: Value) -> Value:
        return self.combine(multiply, other)

    def __rmul__(self, other: Value) -> Value:
        return self.combine(multiply, other, reflected=True)

    def __truediv__(self, other: Value) -> Value:
        return self.combine(divide, other)

    def __rtruediv__(self, other: Value) -> Value:
        return self.combine(divide, other, reflected=True)

    def __mod__(self, other: Value) -> Value:
        return self.combine(modulo, other)

    def __rmod__(self, other: Value) -> Value:
        return self.combine(modulo, other, reflected=True)

    def __pow__(self, other: Value) -> Value:
        return self.combine(power, other)

    def __rpow__(self, other: Value) -> Value:
        return self.combine(power, other, reflected=True)

    def __lshift__(self, other: Value) -> Value:
        return self.combine(shift_left, other)

    def __rlshift__(self, other: Value) -> Value:
        return self.combine(shift_left, other, reflected=True)

    def __rshift__(self, other: Value) -> Value:
        return self.combine(shift_right, other)

    def __rrshift__(self, other: Value) -> Value:
        return self.combine(shift_right, other, reflected=True)

    def __and__(self, other: Value) -> Value:
        return self.combine(bit_and, other)

    def __rand__(self, other: Value) -> Value:
        return self.combine(bit_and, other, reflected=True)

    def __or__(self, other: Value) -> Value:
        return self.combine(bit_or, other)

    def __ror__(self, other: Value) -> Value:
        return self.combine(bit_or, other, reflected=True)

    def __xor__(self, other: Value) -> Value:
        return self.combine(bit_xor, other)

    def __rxor__(self, other: Value) -> Value:
        return self.combine(bit_xor, other, reflected=True)

    def __pos__(self) -> Value:
        """Itself: compiled code asks for it to refuse text as a factor."""
        return self

    def __invert__(self) -> Value:
        own: Any = self
        return self.regrouped([~value for value in own])

    def __iadd__(self, other: Value) -> Value:
        return self + other

    def __imul__(self, other: Value) -> Value:
        return self * other
