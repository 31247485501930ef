"""The library ``python``: Python's modules, with values that are converted both ways.

What has a counterpart in Lisp is converted: numbers, text, truth, lists, dictionaries, sets. Any
other value stays a :class:`PythonObject`, which can be called, read, visited and passed back.
"""

from __future__ import annotations

import importlib
from array import array
from collections.abc import Callable, Iterator
from numbers import Integral, Real
from types import FunctionType
from typing import Any

from lispe_core.calls import through_c
from lispe_core.containers import iterate
from lispe_core.dictionaries import KeyedDictionary, literal
from lispe_core.errors import LispError
from lispe_core.foreign import Container, Foreign
from lispe_core.forms import TRUE, LispList, Symbol, Value, truth
from lispe_core.functions import function_info
from lispe_core.library import Library
from lispe_core.permissions import require_commands
from lispe_core.sets import LispSet

_LONGEST = 200
_SAME = (str, bytes, complex)


class PythonObject(Foreign):
    """A value of Python that has no counterpart in Lisp."""

    __slots__ = ("value",)
    type_name = "python_"

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PythonObject) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)

    def display(self) -> str:
        """How Python shows it, on one line."""
        text = " ".join(_guarded(repr, self.value).split())
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

    def at(self, key: Value) -> Value:
        """The item under ``key``."""
        return to_lisp(_guarded(lambda: self.value[to_python(key)]))

    def store(self, key: Value, value: Value) -> None:
        """Put an item under ``key``."""
        _guarded(self.value.__setitem__, to_python(key), to_python(value))

    def size(self) -> int:
        """The number of items; 0 for what has no length."""
        return _guarded(len, self.value) if hasattr(self.value, "__len__") else 0

    def iterate(self) -> Iterator[Value]:
        """The items of what Python can iterate over, one after the other."""
        items = _guarded(iter, self.value)
        while (item := _guarded(next, items, items)) is not items:
            yield to_lisp(item)

    def call(self, arguments: tuple[Value, ...]) -> Value:
        """The value of a call without keywords."""
        return to_lisp(_guarded(self.value, *map(to_python, arguments)))


def _guarded(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """What a call of Python code gives; its exceptions become errors of the program."""
    try:
        return function(*arguments, **keywords)
    except (LispError, RecursionError):
        raise
    except Exception as problem:
        words = " ".join(str(problem).split())
        told = f"{type(problem).__name__}: {words}" if words else type(problem).__name__
        raise LispError(f"Python says {told}") from problem


def to_lisp(value: Any) -> Value:
    """``value`` as Lisp has it."""
    if value is None or value is False:
        return None
    if value is True:
        return TRUE
    if isinstance(value, _SAME):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if type(value) in (list, tuple):
        return LispList(map(to_lisp, value))
    if type(value) in (set, frozenset):
        return LispSet(map(to_lisp, value))
    if type(value) is dict and all(type(key) in (str, int, float) for key in value):
        return literal([(key, to_lisp(content)) for key, content in value.items()])
    is_ours = isinstance(value, (Container, Symbol, LispList, array, KeyedDictionary))
    return value if is_ours or function_info(value) else PythonObject(value)


def to_python(value: Value) -> Any:
    """``value`` as Python has it; functions of the program can be called from Python."""
    if value is TRUE:
        return True
    if isinstance(value, PythonObject):
        return value.value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, (list, array)):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {to_python(key): to_python(content) for key, content in value.items()}
    if isinstance(value, LispSet):
        return {to_python(item) for item in iterate(value)}
    if isinstance(value, FunctionType):
        function = through_c(value)
        return lambda *arguments: to_python(function(*map(to_lisp, arguments)))
    return value


python = Library("python")


@python.builtin("python_import")
def import_module(name: str) -> PythonObject:
    """The Python module ``name``.

    Python can do all that commands of the system can, so it is allowed where they are.

    Example:
        (type (python_import "math"))    ; => python_
    """
    require_commands()
    return PythonObject(_guarded(importlib.import_module, str(name)))


@python.builtin("python_get")
def get_attribute(object: Value, name: str) -> Value:
    """The attribute ``name`` of a value of Python.

    Example:
        (python_get (python_import "math") "pi")    ; => 3.14159
    """
    return to_lisp(_guarded(getattr, to_python(object), str(name)))


@python.builtin("python_set")
def set_attribute(object: Value, name: str, value: Value) -> Value:
    """Gives an attribute of a value of Python a value; the object.

    Example:
        (setq box ((python_get (python_import "types") "SimpleNamespace")))
        (python_get (python_set box "width" 3) "width")    ; => 3
    """
    _guarded(setattr, to_python(object), str(name), to_python(value))
    return object


@python.builtin("python_call")
def call_method(object: Value, name: str, *arguments: Value) -> Value:
    """The value of the function or method ``name`` of a module or object.

    Example:
        (python_call (python_import "math") "gcd" 12 18)    ; => 6
    """
    method = _guarded(getattr, to_python(object), str(name))
    return to_lisp(_guarded(method, *map(to_python, arguments)))


@python.builtin("python_apply")
def apply_function(function: Value, arguments: list[Value], keywords: Value = None) -> Value:
    """The value of a call with a list of arguments and a dictionary of keywords.

    Example:
        (python_apply (python_get (python_import "math") "prod") '((2 3)) {"start":10})    ; => 60
    """
    named = to_python(keywords) if keywords is not None else {}
    if not isinstance(named, dict):
        raise LispError("the keywords of 'python_apply' are a dictionary")
    words = {str(name): content for name, content in named.items()}
    return to_lisp(_guarded(to_python(function), *to_python(arguments), **words))


@python.builtin("python_list")
def list_of(iterable: Value) -> LispList:
    """The items of what Python can iterate over.

    Example:
        (python_list (python_call (python_import "itertools") "repeat" "a" 2))    ; => ("a" "a")
    """
    return LispList(iterate(iterable))


@python.builtin("python_p")
def is_python(value: Value) -> Value:
    """Whether ``value`` is an object of Python.

    Example:
        (python_p 3)    ; => nil
    """
    return truth(isinstance(value, PythonObject))
