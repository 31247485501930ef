"""Modules, optimizers, tokenizers and other objects of the torch library as Lisp values.

The carrier of an object is the same as long as anybody holds it, so that ``eq`` compares objects.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence, Sized
from typing import Any
from weakref import WeakValueDictionary

from torch import Tensor, nn
from torch.optim import Optimizer

from lispe_core.dictionaries import KeyedDictionary, filled
from lispe_core.errors import LispError
from lispe_core.foreign import Container, Foreign
from lispe_core.forms import TRUE, LispList, Symbol, Truth, Value
from lispe_core.printer import written
from lispe_core.typed_lists import Integers, homogeneous
from torch_lib.data_loader import DataLoader
from torch_lib.display import describe
from torch_lib.eight_bits import QuantizedTensor
from workbench.runtime.quantized_value import QuantizedValue
from workbench.runtime.tensor_value import TensorValue

__all__ = ["TorchObject", "article", "to_lisp", "words"]

LISP_TYPES = (int, float, str, LispList, array, Container, KeyedDictionary, Symbol, Truth)

_carriers: WeakValueDictionary[int, TorchObject] = WeakValueDictionary()


class TorchObject(Foreign):
    """Carries ``value``: true, printed by its own line, read by key where it maps keys."""

    __slots__ = ("__weakref__", "value")

    def __init__(self, value: Any) -> None:
        self.value = value

    @classmethod
    def of(cls, value: Any) -> TorchObject:
        """The carrier of ``value``."""
        carrier = _carriers.get(id(value))
        if carrier is None:
            carrier = _carriers[id(value)] = cls(value)
        return carrier

    @property
    def type_name(self) -> str:  # type: ignore[override]
        """``torch_linear`` for a linear layer."""
        if isinstance(self.value, Optimizer):
            return "torch_optimizer"
        kind = getattr(self.value, "kind", None)
        return f"torch_{kind if isinstance(kind, str) else words(type(self.value), '_')}"

    def display(self) -> str:
        """The line that the object prints."""
        return describe(self.value)

    def __str__(self) -> str:
        return self.display()

    def at(self, key: Value) -> Value:
        """The value under ``key`` of a state dict and its like."""
        if not isinstance(self.value, Mapping):
            return super().at(key)
        try:
            return to_lisp(self.value[key])
        except KeyError:
            raise LispError(f"{words(type(self.value))} has no entry {written(key)}") from None

    def size(self) -> int:
        """How many entries it has; 0 for what has none."""
        return len(self.value) if isinstance(self.value, Sized) else 0

    def iterate(self) -> Iterator[Value]:
        """Its keys, or the batches of a loader."""
        if isinstance(self.value, DataLoader):
            return map(to_lisp, self.value)
        return iter(list(self.value) if isinstance(self.value, Mapping) else ())

    def call(self, arguments: tuple[Value, ...]) -> Value:
        """A module applied to its input; an entry of what maps keys."""
        from workbench.runtime.torch_binding import forward

        if isinstance(self.value, nn.Module):
            return forward(self, *arguments)
        if isinstance(self.value, Mapping) and len(arguments) == 1:
            return self.at(arguments[0])
        return super().call(arguments)


def to_lisp(value: Any) -> Value:
    """What a torch function gave, as a Lisp value."""
    if isinstance(value, Tensor):
        return TensorValue(value)
    if isinstance(value, QuantizedTensor):
        return QuantizedValue(value)
    if value is None or value is False:
        return None
    if value is True:
        return TRUE
    if isinstance(value, LISP_TYPES):
        return value
    if isinstance(value, tuple | list):
        return _lisp_list(value)
    if type(value) is dict:
        return filled(dict, ((key, to_lisp(content)) for key, content in value.items()))
    return TorchObject.of(value)


def _lisp_list(values: Sequence[Any]) -> Value:
    """Typed where all entries are numbers of one kind: a shape is an ``integers``."""
    if not values and isinstance(values, tuple):
        return Integers()
    if values and all(type(value) in (int, float) for value in values):
        return homogeneous(list(values))
    return LispList(map(to_lisp, values))


def words(kind: type, separator: str = " ") -> str:
    """The name of a class in lower-case words: ``multihead attention``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", separator, kind.__name__).lower()


def article(noun: str) -> str:
    """``noun`` with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
