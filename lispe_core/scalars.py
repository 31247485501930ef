"""The small numbers: ``float_`` keeps 32 bits, ``short_`` 16; and conversion between scalars."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from struct import Struct
from typing import SupportsFloat, SupportsInt

from lispe_core.forms import TRUE, Value
from lispe_core.large_numbers import whole_number

_SINGLE = Struct("<f")
_INTEGER = re.compile(r"\s*([+-]?)(?:0x([0-9a-fA-F]+)|0b([01]+)|([0-9]+))")
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def single(value: float) -> float:
    """``value`` rounded to 32 bits."""
    try:
        rounded: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded


class Float(float):
    """A ``float_``: with integers and its own kind it stays one, with a number it becomes one."""

    __slots__ = ()
    type_name = "float_"

    def __new__(cls, value: SupportsFloat | str = 0.0) -> Float:
        """The nearest 32-bit value."""
        return super().__new__(cls, single(float(value)))

    def _kept(self, other: float, result: float) -> float:
        if result is NotImplemented or not isinstance(other, (int, Float)):
            return result
        return Float(result)

    def __add__(self, other: float) -> float:
        return self._kept(other, float.__add__(self, other))

    def __radd__(self, other: float) -> float:
        return self._kept(other, float.__radd__(self, other))

    def __sub__(self, other: float) -> float:
        return self._kept(other, float.__sub__(self, other))

    def __rsub__(self, other: float) -> float:
        return self._kept(other, float.__rsub__(self, other))

    def __mul__(self, other: float) -> float:
        return self._kept(other, float.__mul__(self, other))

    def __rmul__(self, other: float) -> float:
        return self._kept(other, float.__rmul__(self, other))

    def __truediv__(self, other: float) -> float:
        return self._kept(other, float.__truediv__(self, other))

    def __rtruediv__(self, other: float) -> float:
        return self._kept(other, float.__rtruediv__(self, other))

    def __pos__(self) -> Float:
        return self

    def __neg__(self) -> float:
        return Float(float.__neg__(self))

    def __abs__(self) -> float:
        return Float(float.__abs__(self))


class Short(int):
    """A ``short_``: wraps around at 16 bits among its own, becomes an integer with integers."""

    __slots__ = ()
    type_name = "short_"

    def __new__(cls, value: SupportsInt | str = 0) -> Short:
        """The low 16 bits of ``value``."""
        return super().__new__(cls, (int(value) + 0x8000 & 0xFFFF) - 0x8000)

    def _kept(self, other: int, result: int) -> int:
        return Short(result) if isinstance(other, Short) else result

    def __add__(self, other: int) -> int:
        return self._kept(other, int.__add__(self, other))

    def __sub__(self, other: int) -> int:
        return self._kept(other, int.__sub__(self, other))

    def __mul__(self, other: int) -> int:
        return self._kept(other, int.__mul__(self, other))

    def __pos__(self) -> Short:
        return self

    def __neg__(self) -> int:
        return Short(int.__neg__(self))


def to_integer(value: Value) -> int:
    """``value`` as an integer: numbers are cut, text is read as far as it is one, ``true`` is 1.

    Others are 0.
    """
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else 0
    if isinstance(value, complex):
        return to_integer(value.real)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return _integer_of(value)
    if value is TRUE:
        return 1
    whole: Callable[[], int] | None = getattr(type(value), "__int__", None) and value.__int__
    return whole() if whole else 0


def _integer_of(text: str) -> int:
    found = _INTEGER.match(text)
    if not found:
        return 0
    sign, hexadecimal, binary, decimal = found.groups()
    base = 16 if hexadecimal else 2 if binary else 10
    magnitude = whole_number(hexadecimal or binary or decimal, base)
    return -magnitude if sign == "-" else magnitude


def whole(value: Value) -> Value:
    """A number without its fraction, as counts and places are read; other values as they are."""
    return int(value) if isinstance(value, float) and math.isfinite(value) else value


def to_number(value: Value) -> float:
    """``value`` as a number: text is read as far as it is one, ``true`` is 1, others are 0."""
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, complex):
        return value.real
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        found = _NUMBER.match(value)
        if found and not value.lstrip().lower().startswith(("0x", "0b")):
            return float(found.group())
        return float(_integer_of(value))
    if value is TRUE:
        return 1.0
    exact: Callable[[], float] | None = getattr(type(value), "__float__", None) and value.__float__
    return exact() if exact else 0.0
