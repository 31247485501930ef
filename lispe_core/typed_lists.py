"""Lists of numbers on contiguous buffers: ``integers``, ``numbers``, ``floats``, ``shorts``.

Each class is an ``array.array``, so that other libraries borrow its memory through the buffer
protocol. Arithmetic between them promotes (short, integer, float, number) and runs in NumPy
where the lists are long enough to pay for it.
"""

from __future__ import annotations

import operator
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any, ClassVar

from lispe_core.arithmetic import add, divide, multiply, subtract
from lispe_core.elementwise import Elementwise, Operation
from lispe_core.errors import LispError
from lispe_core.foreign import Foreign
from lispe_core.forms import LispList, Stringbytes, Strings, Value
from lispe_core.scalars import Float, Short, to_integer, to_number

LARGE = 512
"""From this many elements on NumPy wins, its conversions included (measured: 300 to 600)."""

_PIECE = 2**20
PLAIN: dict[Operation, Callable[[Any, Any], Any]] = {
    add: operator.add,
    subtract: operator.sub,
    multiply: operator.mul,
    divide: operator.truediv,
}
"""Python's operators for those that NumPy knows too."""


class TypedList(Elementwise, array):  # type: ignore[type-arg]
    """The base of the four: an array with LispE's operators and equality."""

    __slots__ = ()
    typecode_of_kind: ClassVar[str]
    rank: ClassVar[int]
    """Its place in the order of promotion."""
    type_name: ClassVar[str]

    def __new__(cls, values: Iterable[Any] = ()) -> TypedList:
        """A list of values that are of the right kind already."""
        return super().__new__(cls, cls.typecode_of_kind, values)

    @classmethod
    def convert(cls, value: Value) -> Any:
        """``value`` as an element."""
        raise NotImplementedError

    @classmethod
    def converted(cls, values: Iterable[Value]) -> TypedList:
        """A list of any values, converted."""
        try:
            return cls([cls.convert(value) for value in values])
        except OverflowError:
            raise LispError(f"number too large for '{cls.type_name}'") from None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, array):
            return array.__eq__(self, other)
        if isinstance(other, list):
            return self.tolist() == other
        return NotImplemented

    __hash__ = None

    def _ordered(self, test: Callable[[Any, Any], Any], sign: str, other: Value) -> Any:
        if not isinstance(other, (list, array)):
            return NotImplemented
        try:
            return test(self.tolist(), list(other))
        except TypeError:
            raise LispError(f"cannot evaluate '{sign}' with these operands") from None

    def __lt__(self, other: Value) -> Any:
        return self._ordered(operator.lt, "<", other)

    def __le__(self, other: Value) -> Any:
        return self._ordered(operator.le, "<=", other)

    def __gt__(self, other: Value) -> Any:
        return self._ordered(operator.gt, ">", other)

    def __ge__(self, other: Value) -> Any:
        return self._ordered(operator.ge, ">=", other)

    def __copy__(self) -> TypedList:
        return type(self)(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> TypedList:
        return type(self)(self)

    def regrouped(self, values: Iterable[Value]) -> Value:
        """A typed list of the results, where they allow it."""
        return homogeneous(list(values))

    def combine(self, operation: Operation, other: Value, *, reflected: bool = False) -> Value:
        """``operation`` over the elements: promoted, and in NumPy when the lists are long."""
        plain = PLAIN.get(operation)
        if plain is None or isinstance(other, Foreign):
            return super().combine(operation, other, reflected=reflected)
        kind = promoted(type(self), other, divided=plain is operator.truediv)
        if kind is None:
            return super().combine(operation, other, reflected=reflected)
        left, right = (other, self) if reflected else (self, other)
        try:
            if len(self) >= LARGE:
                from lispe_core.vectors import combined

                result = combined(plain, left, right, kind)
                if result is not None:
                    return result
            return _in_python(plain, left, right, kind)
        except ZeroDivisionError:
            raise LispError("division by zero") from None
        except OverflowError:
            return super().combine(operation, other, reflected=reflected)


class Shorts(TypedList):
    """A ``shorts_``: 16-bit integers."""

    __slots__ = ()
    typecode_of_kind = "h"
    rank = 0
    type_name = "shorts_"

    @classmethod
    def convert(cls, value: Value) -> Short:
        """``value`` as a ``short_``."""
        return Short(to_integer(value))

    def __getitem__(self, index: Any) -> Any:
        value = array.__getitem__(self, index)
        return Short(value) if isinstance(value, int) else value

    def __iter__(self) -> Iterator[Short]:
        return map(Short, array.__iter__(self))


class Integers(TypedList):
    """An ``integers_``: 64-bit integers."""

    __slots__ = ()
    typecode_of_kind = "q"
    rank = 1
    type_name = "integers_"

    @classmethod
    def convert(cls, value: Value) -> int:
        """``value`` as an integer."""
        return to_integer(value)


class Floats(TypedList):
    """A ``floats_``: 32-bit floats."""

    __slots__ = ()
    typecode_of_kind = "f"
    rank = 2
    type_name = "floats_"

    @classmethod
    def convert(cls, value: Value) -> float:
        """``value`` as a ``float_``."""
        return to_number(value)

    def __getitem__(self, index: Any) -> Any:
        value = array.__getitem__(self, index)
        return Float(value) if isinstance(value, float) else value

    def __iter__(self) -> Iterator[Float]:
        return map(Float, array.__iter__(self))


class Numbers(TypedList):
    """A ``numbers_``: 64-bit floats."""

    __slots__ = ()
    typecode_of_kind = "d"
    rank = 3
    type_name = "numbers_"

    @classmethod
    def convert(cls, value: Value) -> float:
        """``value`` as a number."""
        return to_number(value)


KINDS: tuple[type[TypedList], ...] = (Shorts, Integers, Floats, Numbers)
_RANK_OF_SCALAR = {Short: 0, int: 1, Float: 2, float: 3}
_LIST_OF_SCALAR: dict[type, type[TypedList]] = {
    Short: Shorts,
    int: Integers,
    Float: Floats,
    float: Numbers,
}


def promoted(kind: type[TypedList], other: Value, *, divided: bool) -> type[TypedList] | None:
    """The kind of the results of arithmetic with a typed list or a scalar; ``None`` for others."""
    if isinstance(other, TypedList):
        rank = max(kind.rank, other.rank)
    else:
        scalar = _RANK_OF_SCALAR.get(type(other))
        if scalar is None:
            return None
        rank = max(kind.rank, scalar)
    return Numbers if divided and rank <= Integers.rank else KINDS[rank]


def _in_python(
    plain: Callable[[Any, Any], Any], left: Value, right: Value, kind: type[TypedList]
) -> TypedList:
    if isinstance(left, array) and isinstance(right, array):
        shared = min(len(left), len(right))
        return kind([*map(plain, left, right), *left[shared:]])
    if isinstance(left, array):
        return kind([plain(value, right) for value in left])
    return kind([plain(left, value) for value in right])


def counted(kind: type[TypedList], numbers: range) -> TypedList:
    """A list of ``numbers``, filled in pieces: between them a program can be interrupted."""
    result = kind(numbers[:_PIECE])
    for start in range(_PIECE, len(numbers), _PIECE):
        result.extend(kind(numbers[start : start + _PIECE]))
    return result


def total(values: TypedList) -> Any:
    """The sum of the elements, exact for integers."""
    if len(values) >= LARGE:
        from lispe_core.vectors import total_of

        result = total_of(values)
        if result is not None:
            return _scalar(values, result)
    start = 0 if values.rank <= Integers.rank else 0.0
    return _scalar(values, reduce(operator.add, values.tolist(), start))


def _scalar(values: TypedList, result: Any) -> Any:
    return Float(result) if isinstance(values, Floats) else result


def homogeneous(values: list[Value]) -> Value:
    """``values`` as the typed list that holds them exactly, else as a ``list_``.

    Integers and numbers together make a ``numbers_``.
    """
    kinds = set(map(type, values))
    if len(kinds) == 1:
        only = kinds.pop()
        kind = _LIST_OF_SCALAR.get(only)
        if kind:
            try:
                return kind(values)
            except OverflowError:
                return LispList(values)
        if only is str:
            return Strings(values)
        if only is bytes:
            return Stringbytes(values)
    elif kinds == {int, float}:
        return Numbers(values)
    return LispList(values)


def passing(values: list[Value]) -> Iterable[Value]:
    """``values`` with the kinds that they would have in :func:`homogeneous`, to be visited."""
    return Numbers(values) if set(map(type, values)) == {int, float} else values


def combine_into(values: Value, operation: Operation, other: Value, reflected: bool) -> Value:
    """``operation`` over a list that nobody else has, in its own memory where that will do.

    Making a long list takes longer than computing its elements.
    """
    plain = PLAIN[operation]
    if (
        isinstance(values, TypedList)
        and plain is not operator.truediv
        and promoted(type(values), other, divided=False) is type(values)
    ):
        from lispe_core.vectors import combined

        left, right = (other, values) if reflected else (values, other)
        result = combined(plain, left, right, type(values), values)
        if result is not None:
            return result
    return operation(other, values) if reflected else operation(values, other)


def are_long(first: Value, second: Value, *others: Value) -> bool:
    """Whether operators do all pairs of elements of two lists at once, and faster."""
    return is_long(first, *others) and is_long(second) and len(first) == len(second)


def is_long(values: Value, *others: Value) -> bool:
    """Whether operators do all elements of a list at once, and faster: the others are scalars."""
    return (
        isinstance(values, TypedList)
        and len(values) >= LARGE
        and all(type(other) in (int, float) for other in others)
    )
