"""From values to text.

``display`` is what ``println`` and ``string`` show, ``written`` what a container shows of its
elements: there text is quoted. Both, and ``type_name``, are open to other types by
registration.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import singledispatch
from reprlib import recursive_repr
from types import BuiltinFunctionType, FunctionType

from lispe_core.foreign import Container
from lispe_core.forms import DictionaryForm, Symbol, Value
from lispe_core.functions import function_info
from lispe_core.large_numbers import MANY_DIGITS, digits

_QUOTE = Symbol("quote")


@singledispatch
def display(value: Value) -> str:
    """The text of ``value`` as ``println`` shows it."""
    return str(value)


@singledispatch
def written(value: Value) -> str:
    """The text of ``value`` inside a container."""
    return display(value)


_LONGEST = 200


def abridged(value: Value, *, inside: bool = False) -> str:
    """The text of ``value`` for a message, or that ``inside`` a container: cut if it is long."""
    text = written(value) if inside else display(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@singledispatch
def type_name(value: Value) -> str:
    """The atom that ``(type value)`` answers."""
    return str(getattr(value, "type_name", "foreign_"))


@display.register
def _(value: None) -> str:
    return "nil"


@display.register
def _(value: str) -> str:
    return value


@display.register
def _(value: int) -> str:
    return digits(value)


@display.register
def _(value: float) -> str:
    return f"{value:g}"


@display.register
def _(value: complex) -> str:
    return f"{value.real:g},{value.imag:g}i"


@display.register
def _(value: bytes) -> str:
    return value.decode("utf-8", "replace")


@display.register
def _(value: Container) -> str:
    return value.display()


@written.register
def _(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@written.register
def _(value: bytes) -> str:
    return written(display(value))


def _part(value: Value) -> str:
    """``written``, with a short way for the commonest kinds."""
    kind = type(value)
    if kind is int:
        return str(value) if -MANY_DIGITS < value < MANY_DIGITS else digits(value)
    return "%g" % value if kind is float else written(value)  # noqa: UP031  # twice as fast


def sequence(values: Iterable[Value]) -> str:
    """The elements as a list shows them."""
    return f"({' '.join(map(_part, values))})"


@written.register
@display.register
@recursive_repr("...")
def _(value: list) -> str:  # type: ignore[type-arg]  # singledispatch takes classes only
    if len(value) == 2 and value[0] is _QUOTE:
        return "'" + written(value[1])
    return f"({' '.join([_part(element) for element in value])})"


@display.register
def _(value: array) -> str:  # type: ignore[type-arg]
    if value.typecode in "qh":
        return f"({' '.join(map(str, value.tolist()))})"
    return f"({' '.join(['%g'] * len(value))})" % tuple(value.tolist())


@display.register
@recursive_repr("...")
def _(value: dict) -> str:  # type: ignore[type-arg]
    pairs = [f"{written(key)}:{written(content)}" for key, content in value.items()]
    return "{" + " ".join(pairs) + "}"


@display.register
def _(value: DictionaryForm) -> str:
    pairs = [f"{written(key)}:{written(content)}" for key, content in value.entries]
    return "{" + " ".join(pairs) + "}"


@display.register(FunctionType)
@display.register(BuiltinFunctionType)
def _(value: Value) -> str:
    info = function_info(value)
    return display(info.source) if info else str(value.__name__)


@type_name.register
def _(value: None) -> str:
    return "atom_"


@type_name.register
def _(value: int) -> str:
    return getattr(value, "type_name", "integer_")


@type_name.register
def _(value: float) -> str:
    return getattr(value, "type_name", "number_")


@type_name.register
def _(value: dict) -> str:  # type: ignore[type-arg]
    return getattr(value, "type_name", "dictionary_")


@type_name.register
def _(value: complex) -> str:
    return "complex_"


@type_name.register
def _(value: str) -> str:
    return "string_"


@type_name.register
def _(value: bytes) -> str:
    return "stringbyte_"


@type_name.register
def _(value: DictionaryForm) -> str:
    return "dictionary_"


@type_name.register(FunctionType)
@type_name.register(BuiltinFunctionType)
def _(value: Value) -> str:
    info = function_info(value)
    return info.kind if info else "library_function_"
