"""Lisp arguments as Python's, chosen by the annotations of the function that gets them.

A converter is made once for each parameter. It takes a value or refuses it with :class:`Mismatch`,
which says what was expected; whoever calls adds which argument it was.
"""

from __future__ import annotations

import types
import typing
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin

from torch import Tensor, nn
from torch.optim import Optimizer

from lispe_core.calls import callable_of
from lispe_core.containers import iterate
from lispe_core.errors import LispError
from lispe_core.faults import lisp_error
from lispe_core.foreign import Container
from lispe_core.forms import TRUE, Symbol, Truth, Value
from lispe_core.printer import display
from lispe_core.scalars import Float, Short
from torch_lib.conversion import tensor_from
from torch_lib.eight_bits import QuantizedTensor
from torch_lib.errors import TorchLibError
from workbench.runtime.quantized_value import QuantizedValue
from workbench.runtime.tensor_value import TensorValue, plain_data
from workbench.runtime.torch_object import TorchObject, article, to_lisp, words

__all__ = ["Conversion", "Mismatch", "conversion", "kind_of"]

OBJECTS_OF = ("torch", "torch_lib")
"""Packages whose classes Lisp values carry."""

KIND_NAMES: dict[type, str] = {nn.Module: "module", Optimizer: "optimizer"}
"""Where the name of a class isn't what people call it."""


class Mismatch(Exception):
    """A value of another kind than expected.

    Args:
        expected: What was wanted, with its article.
        value: What was given.
        entry: Its place in a list that was given, counted from 1; 0 for the argument itself.
        quoted: Show the value rather than its kind.
    """

    def __init__(
        self, expected: str, value: Value, *, entry: int = 0, quoted: bool = False
    ) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.entry = entry
        self.quoted = quoted

    @property
    def given(self) -> str:
        """The value, or its kind, for the message."""
        return display(self.value) if self.quoted else kind_of(self.value)


@dataclass(frozen=True, slots=True)
class Conversion:
    """How one kind of parameter takes Lisp values.

    Args:
        expected: What it takes, with an article.
        convert: Gives the Python value, or raises :class:`Mismatch`.
        exact: The Lisp types that it is the natural choice for; a union looks here first.
        rank: Its turn in a union for values of other types: narrow kinds before wide ones.
    """

    expected: str
    convert: Callable[[Value], Any]
    exact: tuple[type, ...] = ()
    rank: int = 0


def conversion(annotation: Any) -> Conversion:
    """The conversion for a parameter annotated so.

    Raises:
        TypeError: No conversion is known for it.
    """
    known = _SIMPLE.get(annotation)
    if known is not None:
        return known
    if isinstance(annotation, typing.TypeVar):
        return _of_type_variable(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _union([conversion(member) for member in arguments])
    if annotation == tuple[int, ...]:
        return SHAPE
    if origin in (Sequence, list, Iterable):
        return _sequence(conversion(arguments[0]))
    if origin in (Mapping, dict):
        return MAPPING
    if origin is Callable or annotation is Callable:
        return FUNCTION
    if isinstance(annotation, type) and annotation.__module__.partition(".")[0] in OBJECTS_OF:
        return _instance(annotation)
    raise TypeError(f"no conversion for {annotation}")


def kind_of(value: Value) -> str:
    """What a value is, in words with an article, for messages."""
    if value is None:
        return "nil"
    if isinstance(value, TorchObject):
        carried = type(value.value)
        for base, noun in KIND_NAMES.items():
            if issubclass(carried, base):
                return article(noun)
        return article("tokenizer" if carried.__name__.endswith("Tokenizer") else words(carried))
    for kind, name in _LISP_KINDS:
        if isinstance(value, kind):
            return name
    return "a function" if callable(value) else "a value of another kind"


_LISP_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (QuantizedValue, "a quantized tensor"),
    (TensorValue, "a tensor"),
    (Truth, "true"),
    (int, "an integer"),
    (float, "a number"),
    (str, "a string"),
    (Symbol, "an atom"),
    ((list, array), "a list"),
    (dict, "a map"),
)


def python_data(value: Value) -> Any:
    """Any Lisp value as plain Python data; typed lists stay the buffers they are."""
    if isinstance(value, QuantizedValue):
        return value.quantized
    if isinstance(value, TensorValue):
        return value.tensor
    if isinstance(value, TorchObject):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if value is TRUE:
        return True
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, list):
        return [python_data(element) for element in value]
    if isinstance(value, array):
        return value
    if isinstance(value, dict):
        return _settings(value)
    if isinstance(value, Container):
        return [python_data(element) for element in value.iterate()]
    return python_function(value) if callable(value) else value


def python_function(value: Value) -> Callable[..., Any]:
    """A Lisp function as Python calls it: its mistakes are the program's, not the caller's."""
    function = callable_of(value)

    def call(*arguments: Any) -> Any:
        try:
            return python_data(function(*map(to_lisp, arguments)))
        except LispError:
            raise
        except Exception as problem:
            error = lisp_error(problem)
            if error is None:
                raise
            error.frames = ()  # the whole stack is known where the error is reported
            raise error.with_traceback(problem.__traceback__) from None

    return call


def _to_tensor(value: Value) -> Tensor:
    if isinstance(value, TensorValue):
        return value.tensor
    if isinstance(value, int | float | list | array):
        return tensor_from(plain_data(value))
    if isinstance(value, Container) and not isinstance(value, TorchObject):
        return tensor_from([plain_data(element) for element in value.iterate()])
    raise Mismatch("a tensor", value)


def _to_quantized(value: Value) -> QuantizedTensor:
    if isinstance(value, QuantizedValue):
        return value.quantized
    raise Mismatch("a quantized tensor", value)


def _to_integer(value: Value) -> int:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, TensorValue) and value.tensor.numel() == 1:
        return _to_integer(value.number())
    raise Mismatch("an integer", value, quoted=isinstance(value, float))


def _to_number(value: Value) -> int | float:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, TensorValue) and value.tensor.numel() == 1:
        return _to_number(value.number())
    raise Mismatch("a number", value)


def _to_float(value: Value) -> float:
    return float(_to_number(value))


def _to_truth(value: Value) -> bool:
    if value is None:
        return False
    if value is TRUE:
        return True
    raise Mismatch("true or nil", value)


def _to_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    raise Mismatch("a string", value)


def _to_nothing(value: Value) -> None:
    if value is not None:
        raise Mismatch("nil", value)


def _to_shape(value: Value) -> tuple[int, ...]:
    if type(value) is int:
        return (value,)
    if not _is_list(value):
        raise Mismatch("a list of integers", value)
    sizes = tuple(iterate(value))
    if not all(isinstance(size, int) for size in sizes):
        raise Mismatch("a list of integers", value, quoted=True)
    return sizes


def _to_mapping(value: Value) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return _settings(value)
    if isinstance(value, TorchObject) and isinstance(value.value, Mapping):
        return value.value
    raise Mismatch("a map", value)


def _settings(dictionary: dict[Any, Value]) -> dict[str, Any]:
    """A map of settings, whose lists are Python's."""
    return {
        str(key): content.tolist() if isinstance(content, array) else python_data(content)
        for key, content in dictionary.items()
    }


def _to_function(value: Value) -> Callable[..., Any]:
    if callable(value) or isinstance(value, Symbol | list):
        return python_function(value)
    raise Mismatch("a function", value)


def _is_list(value: Value) -> bool:
    if isinstance(value, list | array | Container):
        return not isinstance(value, TorchObject)
    return False


NOTHING = Conversion("nil", _to_nothing, (type(None),))
TENSOR = Conversion("a tensor", _to_tensor, (TensorValue,), rank=9)
QUANTIZED = Conversion("a quantized tensor", _to_quantized, (QuantizedValue,), rank=1)
SHAPE = Conversion("a list of integers", _to_shape, rank=3)
MAPPING = Conversion("a map", _to_mapping, rank=2)
FUNCTION = Conversion("a function", _to_function, rank=4)

_SIMPLE: dict[Any, Conversion] = {
    Tensor: TENSOR,
    QuantizedTensor: QUANTIZED,
    int: Conversion("an integer", _to_integer, (int, Short), rank=5),
    float: Conversion("a number", _to_float, (float, Float), rank=6),
    int | float: Conversion("a number", _to_number, (int, float, Short, Float), rank=6),
    bool: Conversion("true or nil", _to_truth, (Truth,), rank=7),
    str: Conversion("a string", _to_text, (str,)),
    type(None): NOTHING,
    None: NOTHING,
    TensorValue: Conversion("a tensor", lambda value: TensorValue(_to_tensor(value))),
    Any: Conversion("any value", python_data, rank=10),
}


def _instance(kind: type) -> Conversion:
    suffix = " module" if issubclass(kind, nn.Module) else ""
    name = article(KIND_NAMES.get(kind) or words(kind) + suffix)

    def convert(value: Value) -> Any:
        carried = value.value if isinstance(value, TorchObject) else value
        if isinstance(carried, kind):
            return carried
        raise Mismatch(name, value)

    return Conversion(name, convert, rank=1)


def _sequence(element: Conversion) -> Conversion:
    expected = f"a list of {_plural(element.expected)}"

    def convert(value: Value) -> list[Any]:
        if not _is_list(value):
            raise Mismatch(expected, value)
        converted = []
        try:
            for entry in iterate(value):
                converted.append(element.convert(entry))
        except Mismatch as problem:
            place = len(converted) + 1
            raise Mismatch(problem.expected, problem.value, entry=place) from None
        return converted

    # Numbers in a list would pass as tensors of zero dimensions: a list of them comes before.
    return Conversion(expected, convert, rank=8 if element is TENSOR else 3)


def _union(members: list[Conversion]) -> Conversion:
    by_type = {kind: member.convert for member in reversed(members) for kind in member.exact}
    in_turn = sorted(members, key=lambda member: member.rank)
    names = [member.expected for member in members if member is not NOTHING]
    if "a number" in names:
        names = [name for name in names if name != "an integer"]
    expected = " or ".join(names)

    def convert(value: Value) -> Any:
        chosen = by_type.get(type(value))
        if chosen is not None:
            return chosen(value)
        refused = None
        for member in in_turn:
            try:
                return member.convert(value)
            except Mismatch as problem:
                if problem.entry or problem.quoted:
                    refused = problem
            except TorchLibError:
                if refused is None:
                    raise
        raise refused or Mismatch(expected, value)

    exact = tuple(kind for member in members for kind in member.exact)
    return Conversion(expected, convert, exact, rank=min(member.rank for member in members))


def _of_type_variable(variable: typing.TypeVar) -> Conversion:
    if variable.__constraints__:
        return _union([conversion(member) for member in variable.__constraints__])
    return conversion(variable.__bound__ or Any)


def _plural(expected: str) -> str:
    """``a tensor or a number`` as ``tensors or numbers``."""
    nouns = (noun.partition(" ")[2] or noun for noun in expected.split(" or "))
    return " or ".join(noun if noun.endswith("s") else f"{noun}s" for noun in nouns)
