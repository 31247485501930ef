"""Matrices and tensors: rectangular lists of typed lists, with the operators of lists."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from operator import truediv
from typing import Any

from lispe_core.elementwise import Operation
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Stringbytes, Strings, Value
from lispe_core.typed_lists import (
    KINDS,
    LARGE,
    PLAIN,
    TypedList,
    homogeneous,
    promoted,
)


class Matrix(LispList):
    """Rows of one kind and one length; of rank 3 or more when the rows are matrices."""

    __slots__ = ()

    @property
    def type_name(self) -> str:  # type: ignore[override]  # it depends on the rows
        """``matrix_number_``, ``tensor_integer_`` and so on; ``list_`` when it is one no more."""
        leaf = _LEAF_NAMES.get(self.leaf)
        if leaf is None:
            return "list_"
        return f"{'matrix' if len(self.shape) == 2 else 'tensor'}_{leaf}_"

    @property
    def is_large(self) -> bool:
        """Whether there are so many elements that NumPy is faster."""
        row: Any = self[0] if self else None
        return isinstance(row, (list, array)) and len(self) * len(row) >= LARGE

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths along every axis."""
        return shape_of(self)

    @property
    def leaf(self) -> type:
        """The class of the innermost lists, as the first row tells."""
        row: Any = self[0] if self else None
        return row.leaf if isinstance(row, Matrix) else type(row)

    def regrouped(self, values: Iterable[Value]) -> Value:
        """A matrix of the resulting rows, where they are regular."""
        return grouped(list(values))

    def combine(self, operation: Operation, other: Value, *, reflected: bool = False) -> Value:
        """``operation`` over the elements, in NumPy when they are many."""
        plain = PLAIN.get(operation)
        if plain is not None and self.is_large:
            result = self._calculated(plain, other, reflected)
            if result is not None:
                return result
        return super().combine(operation, other, reflected=reflected)

    def _calculated(self, plain: Any, other: Value, reflected: bool) -> Value:
        from lispe_core.vectors import combined_matrices

        operand = other[0] if isinstance(other, Matrix) and other else other
        if not all(isinstance(row, TypedList) for row in (self[0], operand) if row is not other):
            return None
        kind = promoted(type(self[0]), operand, divided=plain is truediv)
        left, right = (other, self) if reflected else (self, other)
        try:
            return combined_matrices(plain, left, right, kind) if kind is not None else None
        except ZeroDivisionError:
            raise LispError("division by zero") from None
        except OverflowError:
            return None


_LEAVES: tuple[type[TypedList | Strings | Stringbytes], ...] = (*KINDS, Strings, Stringbytes)
_LEAF_NAMES: dict[type, str] = {kind: kind.type_name.removesuffix("s_") for kind in _LEAVES}


def shape_of(values: Value) -> tuple[int, ...]:
    """The lengths along every axis of a regular nested list."""
    if not isinstance(values, (list, array)):
        return ()
    return (len(values), *(shape_of(values[0]) if len(values) else ()))


def grouped(values: list[Value]) -> Value:
    """A matrix of regular typed rows, a typed list of scalars of one kind, else a ``list_``."""
    if values and isinstance(values[0], (TypedList, Strings, Stringbytes, Matrix)):
        first = values[0]
        form = (type(first), shape_of(first))
        if all((type(row), shape_of(row)) == form for row in values):
            return Matrix(values)
        return LispList(values)
    return homogeneous(values)
