"""From one kind of value to another."""

from __future__ import annotations

from lispe_core.containers import byte_string, clone, finite
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.library import Library
from lispe_core.printer import display, type_name
from lispe_core.scalars import Float, Short, to_integer, to_number

conversion = Library("conversion")


@conversion.builtin("type", "typeof")
def type_of(value: Value) -> Symbol:
    """The atom that names the kind of ``value``.

    Example:
        (type 1.5)             ; => number_
        (type (integers 1))    ; => integers_
    """
    return Symbol(type_name(value))


@conversion.builtin("atom")
def atom(value: Value) -> Symbol:
    """The atom named by the text of ``value``.

    Example:
        (atom "abc")    ; => abc
    """
    return Symbol(display(value))


@conversion.builtin("integer")
def integer(value: Value) -> int:
    """``value`` as an integer; text as far as it is one.

    Example:
        (integer "12abc")    ; => 12
        (integer -3.9)       ; => -3
        (integer "0x1F")     ; => 31
    """
    return to_integer(value)


@conversion.builtin("number")
def number(value: Value) -> float:
    """``value`` as a number; text as far as it is one.

    Example:
        (number "1.5")    ; => 1.5
    """
    return to_number(value)


@conversion.builtin("float")
def single_float(value: Value) -> Float:
    """``value`` as a 32-bit number.

    Example:
        (float 16777217)    ; => 1.67772e+07
    """
    return Float(to_number(value))


@conversion.builtin("int16_t", "short")
def short(value: Value) -> Short:
    """``value`` as a 16-bit integer.

    Example:
        (short 40000)    ; => -25536
    """
    return Short(to_integer(value))


@conversion.builtin("string")
def string(value: Value) -> str:
    """The text of ``value``.

    Example:
        (string 42)         ; => 42
        (string '(a "b"))   ; => (a "b")
    """
    return display(value)


@conversion.builtin("stringbyte")
def to_byte_string(value: Value) -> bytes:
    """The text of ``value`` as a byte string.

    Example:
        (stringbyte "ab")    ; => ab
    """
    return byte_string(value)


@conversion.builtin("complex")
def complex_number(real: Value, imaginary: Value) -> complex:
    """The complex number of two parts; text as far as it is a number.

    Example:
        (complex 10 -3)    ; => 10,-3i
    """
    return complex(to_number(real), to_number(imaginary))


@conversion.builtin("real")
def real_part(value: complex) -> float:
    """The real part of a number.

    Example:
        (real 10,-3i)    ; => 10
    """
    return float(value.real)


@conversion.builtin("imaginary")
def imaginary_part(value: complex) -> float:
    """The imaginary part of a number.

    Example:
        (imaginary 10,-3i)    ; => -3
    """
    return float(value.imag)


@conversion.builtin("explode")
def explode(text: Value) -> LispList:
    """The characters of ``text`` as atoms.

    Example:
        (explode "abc")    ; => (a b c)
    """
    return LispList(Symbol(display(character)) for character in finite(text))


@conversion.builtin("clone", "copy")
def copied(value: Value) -> Value:
    """A copy of a container, its inner containers too.

    Example:
        (clone '(1 (2)))    ; => (1 (2))
    """
    return clone(value)
