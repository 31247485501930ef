"""Matrices that NumPy computed: they get their rows when a program first looks at one.

Making a thousand rows takes longer than adding a million numbers, and many matrices are only
operands of the next operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from threading import RLock
from typing import Any

from lispe_core.forms import Value
from lispe_core.matrices import Matrix, data_of
from lispe_core.typed_lists import LARGE, TypedList

_LOCK = RLock()
_WHOLE = slice(None)
_UNMADE = object()


class ArrayMatrix(Matrix):
    """A matrix whose numbers are in ``data``; it turns into a plain one once it is looked at.

    Python compares lists of unrelated classes without asking them. What is in the place of the
    rows is therefore equal to nothing.
    """

    __slots__ = ()

    def __new__(cls, rows: Iterable[Value] = ()) -> Matrix:  # type: ignore[misc]
        """A plain matrix: whoever makes a list of the type of this one has rows already."""
        return Matrix(rows)

    @classmethod
    def of(cls, data: Any) -> Matrix:
        """The matrix of the numbers in a NumPy array of two axes, which nobody changes any more."""
        made: Matrix = list.__new__(cls)
        list.append(made, _UNMADE)
        data.setflags(write=False)
        made.held = data
        return made

    def __len__(self) -> int:
        data = self.data
        return list.__len__(self) if data is None else len(data)


def matrix_of(data: Any, kind: type[TypedList]) -> Matrix:
    """The matrix of the numbers in a NumPy array of two axes; with rows if they are few."""
    import numpy

    held = numpy.ascontiguousarray(data, kind.typecode_of_kind)
    return Matrix(_rows_of(held, kind)) if held.size < LARGE else ArrayMatrix.of(held)


def _rows_of(data: Any, kind: type[TypedList]) -> list[TypedList]:
    rows = []
    held = memoryview(data.reshape(-1)).cast("B")
    width = data.shape[1] * data.itemsize
    for start in range(0, len(held), width):
        row = kind()
        row.frombytes(held[start : start + width])
        rows.append(row)
    return rows


def _make_rows(value: Value) -> None:
    """Turn a matrix into a plain one, if no other thread has done so meanwhile."""
    data = data_of(value)
    if data is None:
        return
    rows = _rows_of(data, value.leaf)
    with _LOCK:
        if value.data is not None:
            list.__setitem__(value, _WHOLE, rows)
            del value.held
            value.__class__ = Matrix


def _with_rows(method: Callable[..., Any]) -> Callable[..., Any]:
    """``method``, which looks into its operands, for matrices that need rows first."""

    @wraps(method)
    def call(*operands: Any, **options: Any) -> Any:
        for operand in operands:
            _make_rows(operand)
        return method(*operands, **options)

    return call


def _overrides() -> dict[str, Callable[..., Any]]:
    """All that a matrix has from ``list``, and what copies it, for the time without rows."""
    names = {name for name, member in vars(list).items() if callable(member)}
    names -= {*vars(ArrayMatrix), "__getattribute__"}
    inherited = {name: getattr(list, name) for name in names}
    found = {name: each for name, each in inherited.items() if getattr(Matrix, name) is each}
    return found | {name: getattr(object, name) for name in ("__reduce__", "__reduce_ex__")}


for _name, _method in _overrides().items():
    setattr(ArrayMatrix, _name, _with_rows(_method))
