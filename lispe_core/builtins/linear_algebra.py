"""Matrices and tensors by their dimensions; inverse, determinant and linear systems."""

from __future__ import annotations

import math
from typing import Any

from lispe_core.arithmetic import multiply
from lispe_core.array_matrices import matrix_of
from lispe_core.builtins.lists import spread
from lispe_core.containers import converted, elements, finite, require_list
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Stringbytes, Strings, Value
from lispe_core.library import Library
from lispe_core.matrices import Matrix, data_of, grouped, shape_of
from lispe_core.memory import POINTER, require_room
from lispe_core.printer import abridged
from lispe_core.scalars import whole
from lispe_core.typed_lists import Floats, Integers, Numbers, Shorts, TypedList

linear_algebra = Library("linear algebra")

RowKind = type[TypedList] | type[Strings] | type[Stringbytes]

_KINDS: dict[str, RowKind] = {
    "short": Shorts,
    "integer": Integers,
    "float": Floats,
    "number": Numbers,
    "string": Strings,
    "stringbyte": Stringbytes,
}


def _row(kind: RowKind, values: list[Value]) -> Value:
    if issubclass(kind, TypedList):
        return kind.converted(values)
    return kind(converted(kind(), value) for value in values)


def _filled(kind: RowKind, sizes: list[int], content: Value) -> Value:
    count, *inner = sizes
    if not inner:
        return _row(kind, [content] * count)
    return Matrix(_filled(kind, inner, content) for _ in range(count))


def _converted(kind: RowKind, values: Value) -> Value:
    rows = elements(values)
    if not any(isinstance(row, (list, TypedList)) for row in rows):
        return _row(kind, rows)
    made = [_converted(kind, row) if isinstance(row, (list, TypedList)) else row for row in rows]
    if len({shape_of(row) for row in made}) > 1:
        raise LispError("the rows of a matrix have the same size")
    return grouped(made)


def _dimensions(operands: list[Value]) -> list[int]:
    return _sizes([whole(size) for size in spread(operands)])


def _sizes(sizes: list[Value]) -> list[int]:
    if not sizes or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise LispError("the dimensions of a matrix are whole numbers above zero")
    require_room(math.prod(sizes), POINTER)
    return sizes


def _blank(kind: RowKind) -> Value:
    return 0 if issubclass(kind, TypedList) else ""


def _declare(name: str) -> None:
    kind = _KINDS[name]
    blank, shown = ("0", "0 0") if issubclass(kind, TypedList) else ("", '"" ""')

    def matrix(rows: Value, columns: int | None = None, content: Value = None) -> Value:
        if columns is None:
            require_list(f"matrix_{name}", rows)
            if not rows or not all(isinstance(row, (list, TypedList)) for row in rows):
                raise LispError(f"'matrix_{name}' needs a list of rows")
            return _converted(kind, rows)
        filling = _blank(kind) if content is None else content
        if issubclass(kind, TypedList):
            filling = _real(f"matrix_{name}", filling)
        return _filled(kind, _sizes([whole(rows), whole(columns)]), filling)

    def tensor(first: Value, *dimensions: Value) -> Value:
        if not dimensions and any(isinstance(row, (list, TypedList)) for row in finite(first)):
            return _converted(kind, first)
        return _filled(kind, _dimensions([first, *dimensions]), _blank(kind))

    matrix.__doc__ = f"""A matrix of {name}s: of a nested list, or of so many rows and columns.

    Example:
        (matrix_{name} 2 2)    ; => (({shown}) ({shown}))
    """
    tensor.__doc__ = f"""A tensor of {name}s with the given dimensions, filled with {blank or '""'}.

    Example:
        (tensor_{name} 1 1 2)    ; => ((({shown})))
    """
    nameless = name == "number"
    linear_algebra.builtin(f"matrix_{name}", *(["matrix"] if nameless else []))(matrix)
    linear_algebra.builtin(f"tensor_{name}", *(["tensor"] if nameless else []))(tensor)


for _name in _KINDS:
    _declare(_name)


def _square(name: str, matrix: Value) -> Any:
    """The matrix for NumPy, checked to be square."""
    shape = shape_of(matrix)
    if len(shape) != 2 or shape[0] != shape[1] or not _is_regular(matrix, shape[1:]):
        raise LispError(f"'{name}' needs a square matrix")
    return _numbers(name, matrix)


def _is_regular(matrix: Value, shape: tuple[int, ...]) -> bool:
    return data_of(matrix) is not None or all(shape_of(row) == shape for row in matrix)


def _numbers(name: str, values: Value) -> Any:
    """A list of numbers, or of lists of numbers, for NumPy."""
    import numpy

    data = data_of(values)
    if data is not None:
        return data.astype("d")
    nested = len(shape_of(values)) == 2
    return numpy.array(
        [[_real(name, each) for each in row] if nested else _real(name, row) for row in values]
    )


def _real(name: str, value: Value) -> float:
    """A value that must be a number."""
    if not isinstance(value, (int, float)):
        raise LispError(f"'{name}' needs numbers, not '{abridged(value)}'")
    return float(value)


def _from_numpy(values: Any) -> Value:
    return Numbers(values.tolist()) if values.ndim == 1 else matrix_of(values, Numbers)


@linear_algebra.builtin("determinant")
def determinant(matrix: Value) -> float:
    """The determinant of a square matrix.

    Example:
        (determinant '((1 2) (3 4)))    ; => -2
    """
    import numpy

    return float(numpy.linalg.det(_square("determinant", matrix)))


@linear_algebra.builtin("+*")
def flat_product(left: Value, left_shape: Value, right: Value, right_shape: Value) -> Value:
    """The product of two matrices that are flat lists, as a flat list; a shape is two sizes.

    Example:
        (+* '(1 2 3 4) '(2 2) '(5 6) '(2 1))    ; => (17 39)
    """
    require_list("+*", left, left_shape, right, right_shape)
    if len(left_shape) != 2 or len(right_shape) != 2:
        raise LispError("'+*' needs shapes of two sizes")
    (rows, common), (also_common, columns) = left_shape, right_shape
    if common != also_common or len(left) != rows * common or len(right) != common * columns:
        raise LispError("the sizes of two matrices do not fit")
    pairs = [
        zip(left[row * common : (row + 1) * common], right[column::columns], strict=True)
        for row in range(rows)
        for column in range(columns)
    ]
    return grouped([sum(multiply(a, b) for a, b in each) for each in pairs])


@linear_algebra.builtin("solve")
def solve(matrix: Value, right: Value) -> Value:
    """What ``matrix`` must be multiplied with to give ``right``.

    Example:
        (solve '((2 0) (0 4)) '(2 2))    ; => (1 0.5)
    """
    import numpy

    square = _square("solve", matrix)
    require_list("solve", right)
    try:
        return _from_numpy(numpy.linalg.solve(square, _numbers("solve", right)))
    except numpy.linalg.LinAlgError:
        raise LispError("the matrix is singular") from None
    except ValueError:
        raise LispError("the sizes of a linear system do not fit") from None


@linear_algebra.builtin("⌹", "invert")
def invert(matrix: Value, right: Value = None) -> Value:
    """The inverse of a matrix; of two operands, the solution of the linear system.

    Example:
        (invert '((2 0) (0 4)))             ; => ((0.5 0) (0 0.25))
        (invert '((2 0) (0 4)) '(2 2))      ; => (1 0.5)
    """
    if right is not None:
        return solve(matrix, right)
    import numpy

    try:
        return _from_numpy(numpy.linalg.inv(_square("invert", matrix)))
    except numpy.linalg.LinAlgError:
        raise LispError("the matrix is singular") from None


@linear_algebra.builtin("ludcmp")
def decompose(matrix: Value) -> Value:
    """Replace a number matrix by its LU decomposition; the order in which its rows were taken.

    Example:
        (ludcmp (matrix_number '((0 2) (3 4))))    ; => (1 1)
    """
    _square("ludcmp", matrix)
    if any(isinstance(row, (Integers, Shorts)) for row in matrix):
        raise LispError("'ludcmp' needs a matrix of numbers")
    size = len(matrix)
    order = Integers()
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(matrix[row][column]))
        if matrix[pivot][column] == 0:
            raise LispError("the matrix is singular")
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        order.append(pivot)
        for row in range(column + 1, size):
            factor = matrix[row][column] / matrix[column][column]
            matrix[row][column] = factor
            for place in range(column + 1, size):
                matrix[row][place] -= factor * matrix[column][place]
    return order


@linear_algebra.builtin("lubksb")
def substitute(matrix: Value, order: Value, right: Value = None) -> Value:
    """Solve a linear system whose matrix went through ``ludcmp``.

    Without a right side, the inverse.

    Example:
        (setq m (matrix_number '((0 2) (3 4)))) (lubksb m (ludcmp m) '(2 7))    ; => (1 1)
    """
    require_list("lubksb", matrix, order)
    _square("lubksb", matrix)
    size = len(matrix)
    if right is None:
        units = [[float(row == column) for row in range(size)] for column in range(size)]
        columns = [substitute(matrix, order, LispList(unit)) for unit in units]
        return grouped([Numbers(row) for row in zip(*columns, strict=True)])
    values = [_real("lubksb", value) for value in finite(right)]
    if len(values) != size or len(order) != size:
        raise LispError("the sizes of a linear system do not fit")
    if any(not isinstance(pivot, int) or not 0 <= pivot < size for pivot in order):
        raise LispError("'lubksb' needs the order that 'ludcmp' gave")
    for place, pivot in enumerate(order):
        values[place], values[pivot] = values[pivot], values[place]
    for row in range(size):
        values[row] -= sum(matrix[row][column] * values[column] for column in range(row))
    for row in reversed(range(size)):
        known = sum(matrix[row][column] * values[column] for column in range(row + 1, size))
        values[row] = (values[row] - known) / matrix[row][row]
    return Numbers(values)
