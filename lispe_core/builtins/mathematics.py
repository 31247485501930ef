"""Mathematical functions, element by element on lists; domain errors give NaN or an infinity."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from functools import wraps

from lispe_core.containers import require_list
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Value
from lispe_core.large_numbers import common_divisor
from lispe_core.library import Library
from lispe_core.matrices import Matrix
from lispe_core.scalars import Float, to_number
from lispe_core.typed_lists import Floats, Numbers, TypedList

mathematics = Library("mathematics", "function")

Real = Callable[[float], float]

CONSTANTS: dict[str, float] = {
    "_pi": math.pi,
    "π": math.pi,
    "_tau": math.tau,
    "τ": math.tau,
    "_e": math.e,
    "ℯ": math.e,
    "_phi": (1 + math.sqrt(5)) / 2,
    "ϕ": (1 + math.sqrt(5)) / 2,
}
"""The predefined variables."""


def over_lists(function: Real, value: Value) -> Value:
    """``function`` of a number, or of every element of a list."""
    if isinstance(value, TypedList):
        kind = Floats if isinstance(value, Floats) else Numbers
        return kind([function(float(element)) for element in value])
    if isinstance(value, Matrix):
        return value.regrouped([over_lists(function, row) for row in value])
    if isinstance(value, list):
        return LispList(over_lists(function, element) for element in value)
    if isinstance(value, Float):
        return Float(function(value))
    if isinstance(value, (int, float, str, bytes)) or hasattr(value, "__float__"):
        return function(to_number(value))
    raise LispError("a number is expected")


def _forgiving(function: Real, at_pole: float) -> Real:
    """``function`` with C's answers where Python raises."""

    @wraps(function)
    def compute(value: float) -> float:
        try:
            return function(value)
        except OverflowError:
            return math.inf
        except ValueError:
            return at_pole if value == 0 else math.nan

    return compute


def _rounded(value: float) -> float:
    """The nearest whole number, away from zero at .5."""
    if not math.isfinite(value):
        return value
    return math.copysign(math.floor(abs(value) + 0.5), value)


def _whole(rounding: Callable[[float], int]) -> Real:
    return lambda value: float(rounding(value)) if math.isfinite(value) else value


def _log_binary(value: float) -> float:
    return float(math.frexp(value)[1] - 1) if value else -math.inf


def _lgamma(value: float) -> float:
    return math.inf if value <= 0 and value == math.floor(value) else math.lgamma(value)


def _atanh(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) == 1 else math.atanh(value)


_FUNCTIONS: dict[str, tuple[Real, str, str]] = {
    "acos": (math.acos, "The angle whose cosine is ``value``.", "1 ; => 0"),
    "acosh": (math.acosh, "The inverse hyperbolic cosine.", "1 ; => 0"),
    "asin": (math.asin, "The angle whose sine is ``value``.", "0 ; => 0"),
    "asinh": (math.asinh, "The inverse hyperbolic sine.", "0 ; => 0"),
    "atan": (math.atan, "The angle whose tangent is ``value``.", "1 ; => 0.785398"),
    "atanh": (_atanh, "The inverse hyperbolic tangent.", "0 ; => 0"),
    "cbrt": (math.cbrt, "The cube root.", "27 ; => 3"),
    "cos": (math.cos, "The cosine of an angle in radians.", "0 ; => 1"),
    "cosh": (math.cosh, "The hyperbolic cosine.", "0 ; => 1"),
    "erf": (math.erf, "The error function.", "0 ; => 0"),
    "erfc": (math.erfc, "One less the error function.", "0 ; => 1"),
    "exp": (math.exp, "``e`` to the power of ``value``.", "1 ; => 2.71828"),
    "exp2": (math.exp2, "Two to the power of ``value``.", "3 ; => 8"),
    "expm1": (math.expm1, "``exp`` less one, exact near zero.", "0 ; => 0"),
    "ceil": (_whole(math.ceil), "The next whole number above.", "1.2 ; => 2"),
    "floor": (_whole(math.floor), "The next whole number below.", "1.7 ; => 1"),
    "lgamma": (_lgamma, "The logarithm of the gamma function.", "1 ; => 0"),
    "log": (math.log, "The natural logarithm.", "10 ; => 2.30259"),
    "log10": (math.log10, "The logarithm to base 10.", "1000 ; => 3"),
    "log1p": (math.log1p, "The logarithm of one more, exact near zero.", "0 ; => 0"),
    "log2": (math.log2, "The logarithm to base 2.", "8 ; => 3"),
    "logb": (_log_binary, "The exponent of the binary representation.", "10 ; => 3"),
    "nearbyint": (_whole(round), "The nearest whole number, even at .5.", "2.5 ; => 2"),
    "rint": (_whole(round), "The nearest whole number, even at .5.", "3.5 ; => 4"),
    "sin": (math.sin, "The sine of an angle in radians.", "0 ; => 0"),
    "sinh": (math.sinh, "The hyperbolic sine.", "0 ; => 0"),
    "sqrt": (math.sqrt, "The square root.", "64 ; => 8"),
    "tan": (math.tan, "The tangent of an angle in radians.", "0 ; => 0"),
    "tanh": (math.tanh, "The hyperbolic tangent.", "0 ; => 0"),
    "tgamma": (math.gamma, "The gamma function.", "5 ; => 24"),
    "trunc": (_whole(math.trunc), "The number without its fraction.", "-1.7 ; => -1"),
    "radian": (math.radians, "Degrees as radians.", "180 ; => 3.14159"),
    "degree": (math.degrees, "Radians as degrees.", "0 ; => 0"),
}
_ALIASES = {"cbrt": ["∛"], "sqrt": ["√"], "ceil": ["ceiling"]}
_POLES = {"log": -math.inf, "log2": -math.inf, "log10": -math.inf, "tgamma": math.inf}


def _declare(name: str) -> None:
    function, description, example = _FUNCTIONS[name]
    compute = _forgiving(function, _POLES.get(name, math.nan))

    def apply(value: Value) -> Value:
        return over_lists(compute, value)

    apply.__name__ = name
    operand, _, result = example.partition(" ; ")
    apply.__doc__ = f"{description}\n\nExample:\n    ({name} {operand})    ; {result}"
    mathematics.builtin(name, *_ALIASES.get(name, []))(apply)


for _name in _FUNCTIONS:
    _declare(_name)


@mathematics.builtin("fabs")
def absolute_number(value: Value) -> Value:
    """The magnitude, as a number.

    Example:
        (fabs -1.5)    ; => 1.5
    """
    return over_lists(abs, value)


@mathematics.builtin("iabs", "abs")
def absolute(value: Value) -> Value:
    """The magnitude; integers stay integers.

    Example:
        (iabs -3)    ; => 3
    """
    if type(value) is int or isinstance(value, (int, float)):
        return abs(value)
    if isinstance(value, (list, array)) and all(isinstance(item, int) for item in value):
        result = [abs(item) for item in value]
        return type(value)(result) if isinstance(value, TypedList) else LispList(result)
    return over_lists(abs, value)


@mathematics.builtin("round")
def rounded(value: Value, parts: float = 1) -> Value:
    """The nearest whole number, away from zero at .5; the nearest multiple of 1/``parts``.

    Example:
        (round 2.5)          ; => 3
        (round 3.14159 100)  ; => 3.14
    """
    return over_lists(lambda number: _rounded(number * parts) / parts, value)


@mathematics.builtin("gcd", "hcf")
def greatest_common_divisor(first: int, second: int) -> int:
    """The greatest common divisor.

    Example:
        (gcd 12 18)    ; => 6
    """
    return common_divisor(int(first), int(second))


@mathematics.builtin("cosine")
def cosine_similarity(first: Value, second: Value) -> float:
    """The cosine of the angle between two lists of numbers.

    Example:
        (cosine '(1 0) '(1 1))    ; => 0.707107
    """
    require_list("cosine", first, second)
    if len(first) != len(second):
        raise LispError("'cosine' needs two lists of the same size")
    lengths = math.sqrt(_dot(first, first) * _dot(second, second))
    return _dot(first, second) / lengths if lengths else math.nan


def _dot(first: Value, second: Value) -> float:
    pairs = zip(first, second, strict=True)
    return math.fsum(to_number(a) * to_number(b) for a, b in pairs)
