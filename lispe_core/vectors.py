"""Whole lists of numbers in NumPy: arithmetic, sums and products of long lists and of matrices.

What NumPy would compute otherwise than LispE (sums of 64-bit integers that overflow, shorts, rows
of different lengths) is declined with ``None``: the caller goes through the elements then.
"""

from __future__ import annotations

import operator
from array import array
from collections.abc import Callable
from typing import Any

from lispe_core.array_matrices import matrix_of
from lispe_core.forms import Value
from lispe_core.matrices import Matrix
from lispe_core.memory import keep_freed_memory
from lispe_core.typed_lists import Integers, Shorts, TypedList

keep_freed_memory()

Plain = Callable[[Any, Any], Any]

_LONGEST = 2**63
_BLOCK = 4096
_UFUNCS = {
    operator.add: "add",
    operator.sub: "subtract",
    operator.mul: "multiply",
    operator.truediv: "divide",
}


def zeros(kind: type[TypedList], count: int) -> TypedList:
    """A list of ``count`` zeros."""
    result = kind()
    repeats = max(1, count // _BLOCK)
    result.frombytes(bytes(-(-count // repeats) * result.itemsize))
    if repeats > 1:  # half the time of making all the bytes first
        array.__imul__(result, repeats)
        del result[count:]
    return result


def borrowed(values: TypedList) -> Any:
    """The elements of a typed list as a NumPy array, in the same memory."""
    import numpy

    return numpy.frombuffer(values, dtype=values.typecode)


def table(matrix: Matrix) -> Any:
    """The numbers of a matrix of rank 2 as a NumPy array; ``None`` if they make none.

    An array that was put together here, from rows, can be written to.
    """
    data = matrix.data
    if data is not None or not _is_regular(matrix):
        return data
    import numpy

    kind: Any = matrix.leaf
    held = numpy.frombuffer(bytearray().join(matrix), dtype=kind.typecode_of_kind)
    return held.reshape(matrix.shape)


def _is_regular(matrix: Value) -> bool:
    """Whether all rows still are typed lists of one kind and length: programs change rows."""
    first = matrix[0] if matrix else None
    return isinstance(first, TypedList) and all(
        type(row) is type(first) and len(row) == len(first) for row in matrix
    )


def combined_matrices(
    plain: Plain, left: Value, right: Value, kind: type[TypedList]
) -> Matrix | None:
    """An operation between matrices of one shape, or a matrix and a scalar.

    Raises:
        ZeroDivisionError: A divisor is zero.
    """
    a = table(left) if isinstance(left, Matrix) else left
    b = a if right is left else table(right) if isinstance(right, Matrix) else right
    if kind is Shorts or a is None or b is None:
        return None
    tables = [side for side, given in ((a, left), (b, right)) if isinstance(given, Matrix)]
    if any(each.shape != tables[0].shape for each in tables):
        return None
    target = None
    if plain is not operator.truediv:
        target = next((each for each in tables if _is_ours(each, kind)), None)
    results = calculated(plain, a, b, kind, target)
    return None if results is None else matrix_of(results, kind)


def _is_ours(data: Any, kind: type[TypedList]) -> bool:
    """Whether results of a kind can go where an operand is: rows were put together there."""
    return bool(data.flags.writeable and data.dtype == kind.typecode_of_kind)


def filled_matrix(values: TypedList, count: int, width: int) -> Matrix:
    """A matrix of ``count`` rows with the elements of a list, again and again."""
    import numpy

    data = borrowed(values)[: count * width]
    repeated = numpy.tile(data, -(-count * width // len(data)))[: count * width]
    return matrix_of(repeated.reshape(count, width), type(values))


def transposed(matrix: Matrix) -> Matrix | None:
    """The columns of a matrix as rows; ``None`` if its rows are no typed lists of one length."""
    data = table(matrix)
    return None if data is None else matrix_of(data.T, matrix.leaf)


def combined(
    plain: Plain,
    left: Value,
    right: Value,
    kind: type[TypedList],
    target: TypedList | None = None,
) -> TypedList | None:
    """An operation between typed lists of one length, or a typed list and a scalar.

    The results go into ``target``, which may be one of the operands unless they are divided, or
    into a new list.

    Raises:
        ZeroDivisionError: A divisor is zero.
    """
    if kind is Shorts or (
        isinstance(left, array) and isinstance(right, array) and len(left) != len(right)
    ):
        return None
    sides = [left, right]
    if target is None:
        begun = None if plain is operator.truediv else _only_list(left, right)
        if type(begun) is kind:
            target = kind(begun)
            sides = [target if side is begun else side for side in sides]
        else:
            target = zeros(kind, len(left if isinstance(left, array) else right))
    a, b = (borrowed(side) if isinstance(side, TypedList) else side for side in sides)
    done = calculated(plain, a, a if sides[0] is sides[1] else b, kind, borrowed(target))
    return None if done is None else target


def _only_list(left: Value, right: Value) -> Any:
    """The list beside a scalar, or beside itself; ``None`` if there are two.

    Its copy is as quick to make as zeros, and NumPy reads it from the cache.
    """
    if right is left or not isinstance(right, array):
        return left
    return None if isinstance(left, array) else right


def calculated(
    plain: Plain, left: Any, right: Any, kind: type[TypedList], target: Any = None
) -> Any:
    """An operation between NumPy arrays or scalars; ``None`` where integers could overflow.

    Raises:
        ZeroDivisionError: A divisor is zero.
    """
    import numpy

    if kind is Integers:
        reach = _reach(left)
        other = reach if right is left else _reach(right)
        if (reach * other if plain is operator.mul else reach + other) >= _LONGEST:
            return None
    ufunc = getattr(numpy, _UFUNCS[plain])
    how = {"out": target, "casting": "unsafe", "dtype": kind.typecode_of_kind}
    if plain is operator.truediv:
        try:
            with numpy.errstate(all="ignore", divide="raise", invalid="raise"):
                return ufunc(left, right, **how)
        except FloatingPointError:
            if not numpy.all(right):
                raise ZeroDivisionError from None
    with numpy.errstate(all="ignore"):
        return ufunc(left, right, **how)


def _reach(value: Any) -> int:
    """The largest magnitude in an integer array, or of an integer."""
    if isinstance(value, int):
        return abs(value)
    unsigned = value.view(value.dtype.str.replace("i", "u"))
    largest = int(unsigned.max())  # one look is enough where nothing is negative
    if largest < _LONGEST:
        return largest
    return max(abs(int(value.min())), abs(int(value.max())))


def total_of(values: TypedList) -> float | int | None:
    """The sum of the elements."""
    data = borrowed(values)
    if values.rank > Integers.rank:
        return float(data.sum(dtype="d"))
    return int(data.sum(dtype="q")) if _reach(data) * len(data) < _LONGEST else None


def running_totals(values: TypedList) -> TypedList | None:
    """The sums of the first elements, the first two, and so on."""
    data = borrowed(values)
    if isinstance(values, Shorts):
        return None
    if isinstance(values, Integers) and _reach(data) * len(data) >= _LONGEST:
        return None
    result = zeros(type(values), len(values))
    data.cumsum(out=borrowed(result))
    return result


def total_of_matrix(values: Matrix) -> float | None:
    """The sum of all numbers of a matrix; ``None`` if its rows are no typed lists."""
    data = table(values)
    return None if data is None else float(data.sum(dtype="d"))


def inner_product(left: Value, right: Value) -> Value:
    """The sums of products of rows and columns: a number, a typed list or a matrix; or ``None``."""
    sides = (left, right)
    kinds: list[Any] = [side.leaf if isinstance(side, Matrix) else type(side) for side in sides]
    if not all(issubclass(kind, TypedList) and kind is not Shorts for kind in kinds):
        return None
    kind = max(kinds, key=lambda each: each.rank)
    a, b = (table(side) if isinstance(side, Matrix) else borrowed(side) for side in sides)
    if a is None or b is None or a.shape[-1] != b.shape[0]:
        return None
    if kind is Integers and _reach(a) * _reach(b) * len(b) >= _LONGEST:
        return None
    import numpy

    with numpy.errstate(all="ignore"):
        product = numpy.matmul(a, b).astype(kind.typecode_of_kind)
    if product.ndim == 2:
        return matrix_of(product, kind)
    results = kind()
    results.frombytes(product.tobytes())
    return results if product.ndim else results[0]
