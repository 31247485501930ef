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

    __slots__ = ("held",)
    held: Any
    """The numbers in NumPy, as long as there are no rows: see :mod:`lispe_core.array_matrices`."""

    @property
    def data(self) -> Any:
        """The numbers as a NumPy array; ``None`` if there are rows, which may change."""
        return getattr(self, "held", None)

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
        if self.data is not None:
            return True
        row: Any = self[0] if self else None
        return isinstance(row, (list, array)) and len(self) * len(row) >= LARGE

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths along every axis."""
        data = self.data
        return _shape_of_rows(self) if data is None else data.shape

    @property
    def leaf(self) -> type:
        """The class of the innermost lists, as the first row tells."""
        data = self.data
        if data is not None:
            return next(kind for kind in KINDS if data.dtype == kind.typecode_of_kind)
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

        leaf = self.leaf
        if not issubclass(leaf, TypedList) or isinstance(other, array):
            return None
        operand = other.leaf() if isinstance(other, Matrix) else other
        kind = promoted(leaf, operand, divided=plain is truediv)
        left, right = (other, self) if reflected else (self, other)
        try:
            return combined_matrices(plain, left, right, kind) if kind is not None else None
        except ZeroDivisionError:
            raise LispError("division by zero") from None
        except OverflowError:
            return None


_LEAVES: tuple[type[TypedList | Strings | Stringbytes], ...] = (*KINDS, Strings, Stringbytes)
_LEAF_NAMES: dict[type, str] = {kind: kind.type_name.removesuffix("s_") for kind in _LEAVES}


def data_of(value: Value) -> Any:
    """The numbers of a matrix as a NumPy array; ``None`` for one with rows, and all else."""
    return value.data if isinstance(value, Matrix) else None


def shape_of(values: Value) -> tuple[int, ...]:
    """The lengths along every axis of a regular nested list."""
    if isinstance(values, Matrix):
        return values.shape
    return _shape_of_rows(values) if isinstance(values, (list, array)) else ()


def _shape_of_rows(values: Value) -> tuple[int, ...]:
    return (len(values), *(shape_of(values[0]) if len(values) else ()))


def grouped(values: list[Value]) -> Value:
    """A matrix of regular typed rows, a typed list of scalars of one kind, else a ``list_``."""
    if values and isinstance(values[0], (TypedList, Strings, Stringbytes, Matrix)):
        form = _form_of(values[0])
        if all(_form_of(row) == form for row in values):
            return Matrix(values)
        return LispList(values)
    return homogeneous(values)


def _form_of(row: Value) -> tuple[type, tuple[int, ...]]:
    return Matrix if isinstance(row, Matrix) else type(row), shape_of(row)
