"""Matrices and tensors: rectangular lists of typed lists, with the operators of lists."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from lispe_core.forms import LispList, Stringbytes, Strings, Value
from lispe_core.typed_lists import KINDS, TypedList, homogeneous


class Matrix(LispList):
    """Rows of one kind and one length; of rank 3 or more when the rows are matrices."""

    __slots__ = ()

    @property
    def type_name(self) -> str:  # type: ignore[override]  # it depends on the rows
        """``matrix_number_``, ``tensor_integer_`` and so on."""
        return f"{'matrix' if len(self.shape) == 2 else 'tensor'}_{_LEAF_NAMES[self.leaf]}_"

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths along every axis."""
        return shape_of(self)

    @property
    def leaf(self) -> type:
        """The class of the innermost lists."""
        row: Any = self[0]
        return row.leaf if isinstance(row, Matrix) else type(row)

    def regrouped(self, values: Iterable[Value]) -> Value:
        """A matrix of the resulting rows, where they are regular."""
        return grouped(list(values))


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
