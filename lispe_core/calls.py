"""Calling values: what stands in head position, and the function operands of built-ins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from types import FunctionType
from typing import Any, Literal

from lispe_core.context import current
from lispe_core.errors import LispError
from lispe_core.foreign import Foreign
from lispe_core.forms import LispList, Symbol, Value
from lispe_core.operators import OPERATIONS

Family = Literal["maplist", "map"]
Function = Callable[..., Value]

LAMBDA_NAMES = frozenset({Symbol("lambda"), Symbol("λ"), Symbol("\\")})
BLANK = Symbol("_")
_MOST_CROSSINGS = 200


class BreakIteration(BaseException):
    """What ``break`` in a lambda raises: it ends the iteration that calls the lambda."""


def callable_of(value: Value, family: Family = "maplist", operands: int = 1) -> Function:
    """The function that a higher-order built-in calls.

    Args:
        value: An atom, a function, or a list that is a lambda or a section.
        family: Where the open operand of a section goes: last for ``maplist``, next to the
            operator for ``map``. A two-operand operator given to ``map`` gets its element twice.
        operands: How many arguments the built-in passes.
    """
    if type(value) is FunctionType:
        return value
    if isinstance(value, Symbol):
        operation = OPERATIONS.get(value.name)
        if operation is not None and operands == 2:
            return operation
        if operation is not None and family == "map" and operands == 1:
            return lambda element: operation(element, element)
        return function_named(value)
    if isinstance(value, list):
        if value and is_lambda(value):
            return current().evaluator.procedure(value)
        return current().evaluator.procedure(section(value, family, operands))
    if not callable(value):
        return partial(call_value, value)
    function: Function = value
    return function


def function_named(name: Symbol) -> Function:
    """What ``name`` calls in head position."""
    function = current().evaluator.function_named(name)
    if function is None:
        raise LispError(f"Unbound atom: '{name}'")
    return function


def applicable(value: Value) -> Function:
    """The function that ``apply`` calls: a value in head position, or a lambda held as data."""
    if isinstance(value, Symbol):
        return function_named(value)
    if type(value) is FunctionType:
        return value
    return partial(call_value, value)


def is_lambda(form: Value) -> bool:
    """Whether ``form`` is a list ``(lambda (x…) …)``."""
    return (
        isinstance(form, list)
        and len(form) > 1
        and isinstance(form[0], Symbol)
        and form[0] in LAMBDA_NAMES
    )


def section(form: list[Value], family: Family, operands: int = 1) -> LispList:
    """The lambda form that a section such as ``(- 10)`` or ``(- _ 10)`` stands for."""
    parameters = [Symbol(f"%{number}") for number in range(1, operands + 1)]
    if any(element is BLANK for element in form):
        body = LispList(parameters[0] if element is BLANK else element for element in form)
    elif family == "maplist" or not form:
        body = LispList([*form, *parameters])
    elif len(form) == 2 and not _can_be_head(form[0]):
        body = LispList([form[1], form[0], *parameters])
    else:
        body = LispList([form[0], *parameters, *form[1:]])
    return LispList([Symbol("lambda"), LispList(parameters), body])


def _can_be_head(form: Value) -> bool:
    if is_lambda(form):
        return True
    return isinstance(form, Symbol) and current().evaluator.function_named(form) is not None


def spread(function: Function, arguments: Sequence[Value]) -> Value:
    """``function`` called with a list of arguments.

    A few of them are written out: Python calls its own functions without C in between then,
    so that recursion can go deep.
    """
    match arguments:
        case ():
            return function()
        case (first,):
            return function(first)
        case (first, second):
            return function(first, second)
        case (first, second, third):
            return function(first, second, third)
        case (first, second, third, fourth):
            return function(first, second, third, fourth)
        case _:
            return function(*arguments)


def call_value(value: Value, *arguments: Value) -> Value:
    """The value of a form whose head has the value ``value``."""
    if type(value) is FunctionType:
        return spread(value, arguments)
    if isinstance(value, Symbol):
        return spread(function_named(value), arguments)
    if isinstance(value, Foreign):
        return value.call(arguments)
    if isinstance(value, dict):
        return _call_dictionary(value, arguments)
    if is_lambda(value):
        return current().evaluator.procedure(value)(*arguments)
    if isinstance(value, str | int | float | complex | list):
        return LispList([value, *arguments])
    if callable(value):
        return value(*arguments)
    raise LispError("Unknown function call", bare=True)


def _call_dictionary(dictionary: dict[Any, Value], arguments: tuple[Value, ...]) -> Value:
    from lispe_core.containers import element, store

    if arguments and arguments[0] is Symbol("@"):
        value: Value = dictionary
        for key in arguments[1:]:
            value = element(value, key)
        return value
    if len(arguments) == 1:
        return element(dictionary, arguments[0])
    if not arguments or len(arguments) % 2:
        raise LispError("a dictionary is called with one key, or with keys and values in pairs")
    for key, value in zip(arguments[::2], arguments[1::2], strict=True):
        store(dictionary, key, value)
    return dictionary


class _Crossings(threading.local):
    """How many calls through C a thread has nested."""

    count = 0


_crossings = _Crossings()


def through_c(function: Function) -> Function:
    """``function`` for a caller written in C, such as ``sort``: nested too deep, it is an error.

    Each such crossing takes room on the processor's stack, which Python can't watch.
    """

    def crossing(*arguments: Value) -> Value:
        if _crossings.count >= _MOST_CROSSINGS:
            raise LispError("stack overflow")
        _crossings.count += 1
        try:
            return function(*arguments)
        finally:
            _crossings.count -= 1

    return crossing
