"""What compiled code calls: the parts of a form's meaning that are no Python operation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from types import FunctionType
from typing import Any

from lispe_core import containers, dictionaries, names, operators
from lispe_core.builtins.lists import range_of
from lispe_core.builtins.mathematics import absolute
from lispe_core.calls import BreakIteration, call_value, is_lambda
from lispe_core.context import current
from lispe_core.depth import watch_depth
from lispe_core.errors import LispError
from lispe_core.forms import EMPTY, TRUE, LispList, Maybe, Symbol, Value
from lispe_core.functions import function_info
from lispe_core.instances import INSTANCES
from lispe_core.matching import MATCHING
from lispe_core.matrices import grouped
from lispe_core.printer import abridged, display
from lispe_core.scalars import whole
from lispe_core.spaces import inside_space
from lispe_core.threads import PatientLock, guard_global
from lispe_core.typed_lists import are_long, combine_into, is_long, passing


class Unset:
    """The mark of a variable that has no value, or of an argument that was not given."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


UNSET = Unset()


def data_list(*values: Value) -> LispList:
    """A form whose head is no function: the list of its values."""
    return LispList(values)


def dictionary(*keys_and_values: Value) -> Value:
    """The value of a dictionary literal."""
    return dictionaries.literal(list(zip(keys_and_values[::2], keys_and_values[1::2], strict=True)))


def head(function: Callable[..., Value], undefined: object, value: Value) -> Callable[..., Value]:
    """What a name calls that is a variable: the function of that name, else the value."""
    if function is not undefined:
        return function
    return value if type(value) is FunctionType else partial(call_value, value)


def callable_or(value: Value, function: Callable[..., Value]) -> Callable[..., Value]:
    """What calls a variable that is named as an older spelling of an instruction is."""
    if type(value) is FunctionType:
        return value
    callable_value = isinstance(value, (dict, Symbol)) or callable(value) or is_lambda(value)
    return partial(call_value, value) if callable_value else function


def call_by_name(function: Value, parameters: tuple[str, ...], *values: Value) -> Value:
    """The call of a Lisp function whose last arguments are given by name."""
    info = function_info(function)
    if info is None:
        raise LispError(f"'{abridged(function)}' takes no named arguments")
    code = function.__code__
    known = code.co_varnames[: code.co_argcount]
    slots = [names.variable(parameter) for parameter in parameters]
    for slot, parameter in zip(slots, parameters, strict=True):
        if slot not in known:
            raise LispError(f"'{info.name}' has no parameter '{parameter}'")
    plain = values[: len(values) - len(slots)]
    if len(plain) > len(known):
        raise LispError(f"'{info.name}' takes no more than {len(known)} arguments")
    given = [*known[: len(plain)], *slots]
    if len(set(given)) < len(given):
        raise LispError("an argument is given twice")
    defaults = function.__defaults__ or ()
    arguments = {
        **dict(zip(known[len(known) - len(defaults) :], defaults, strict=True)),
        **dict(zip(given, values, strict=True)),
    }
    if not {*known} <= {*arguments}:
        raise LispError("missing argument")
    return function(*[arguments[slot] for slot in known])


def call_receiver(value: Value, instance: Value, *arguments: Value) -> Value:
    """The value of a form whose operands may have been method calls.

    Args:
        value: What stands in head position.
        instance: What :func:`~lispe_core.instances.receiver` found there.
        arguments: The values of the operands.
    """
    if instance is None:
        return call_value(value, *arguments)
    if instance is value:
        return arguments[-1]
    return value.completed(instance, arguments)


def wrong_count(name: str) -> Value:
    """Raise the error of an instruction with too many or too few operands."""
    raise LispError(f"Wrong number of arguments for: '{name}'")


def fail(message: str) -> Value:
    """Raise an error of the language."""
    raise LispError(message)


def throw(message: Value) -> Value:
    """``(throw message)``."""
    raise LispError(display(message), bare=True)


def stop_iteration() -> Value:
    """``(break)`` outside of a loop: end the iteration that calls this lambda."""
    raise BreakIteration


def caught(exception: Exception) -> LispError:
    """What ``catch`` caught; a defect is no error of the program and goes on."""
    from lispe_core.faults import lisp_error

    error = lisp_error(exception)
    if error is None:
        raise exception
    return error


def maybe(exception: Exception) -> Maybe:
    """The value of a ``catch`` that caught ``exception``."""
    return Maybe(caught(exception).text)


def message(exception: Exception) -> str:
    """The message of an error that ``maybe`` hands to its handler."""
    return caught(exception).text


def global_value(name: str) -> Value:
    """The value of a name outside of the call frame."""
    return current().evaluator.global_value(name)


def counted(turns: Value) -> range:
    """The values of ``loopcount``'s variable."""
    if isinstance(turns, float):
        turns = int(turns)
    if not isinstance(turns, int):
        raise LispError(f"'loopcount' needs a number of turns, not '{abridged(turns)}'")
    return range(turns) if turns >= 0 else range(-turns - 1, -1, -1)


def visited_range(first: Value, last: Value, step: Value) -> Iterable[Value]:
    """The elements of ``(range first last step)``, for a loop."""
    if type(first) is int and type(last) is int and type(step) is int and step:
        return range(first, last, step)
    values: Iterable[Value] = range_of(first, last, step)
    return values


def from_to(first: Value, last: Value, step: Value = None) -> Iterable[Value]:
    """The values of ``(loop (v first last step) …)``, the last one included."""
    if not all(
        isinstance(bound, int | float) for bound in (first, last, 0 if step is None else step)
    ):
        raise LispError("'loop' needs numbers to count from and to")
    if step is None:
        step = 1 if first <= last else -1
    if step == 0:
        raise LispError("the step of a 'loop' cannot be 0")
    if type(first) is int and type(last) is int and type(step) is int:
        return range(first, last + (1 if step > 0 else -1), step)
    turns = int((last - first) / step + 1e-9) + 1
    return (first + index * step for index in range(turns))


def parts(value: Value, count: int) -> list[Value]:
    """The elements of a list that is taken apart."""
    elements = containers.elements(value)
    if len(elements) != count:
        raise LispError("a list of variable should have the same size as its value.")
    return elements


class Returned:
    """The value of a ``return`` on its way out of a loop that is a Python function of its own."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


BROKEN = Unset()
"""Returned by an outline that was left with ``break``."""


def nothing_there(exception: Exception) -> Value:
    """``nil`` for a missing index or key; any other error goes on."""
    if caught(exception).text != str(containers.out_of_bounds()):
        raise exception
    return None


def is_maybe(value: Value) -> bool:
    """Whether ``value`` is what ``catch`` gives after an error."""
    return isinstance(value, Maybe)


def unknown_key(key: str) -> Value:
    """Raise the error of a ``switch`` that has no clause for its value."""
    raise LispError(f"Unknown 'switch' key: '{key}'")


def side_by_side(*values: Value) -> Iterable[tuple[Value, ...]]:
    """The turns of ``lloop``: up to the shortest list."""
    return zip(*map(containers.iterate, values), strict=False)


def repeating(*values: Value) -> Iterable[tuple[Value, ...]]:
    """The turns of ``mloop``: as many as the first container has elements."""
    first, *others = [_elements(value) for value in values]
    if not all(others):
        return []
    return [
        (element, *(other[turn % len(other)] for other in others))
        for turn, element in enumerate(first)
    ]


def _elements(value: Value) -> list[Value]:
    if isinstance(value, dict):
        return list(value.values())
    return containers.elements(value)


def counter(container: Value, key: Value, operand: Value) -> Value:
    """The old value of ``(+= (@ container key) operand)``: 0 or "" for a new dictionary key."""
    if isinstance(container, dict):
        try:
            return containers.element(container, key)
        except LispError:
            return "" if isinstance(operand, str) else 0
    return containers.element(container, key)


def counter_in_order(container: Value, key: Value, operand: Value) -> Value:
    """The old value of ``(+= (at container key) operand)``."""
    if isinstance(container, dict):
        return counter(container, key, operand)
    return containers.element_in_order(container, key)


_ALIKE_ALONE: tuple[set[type], ...] = ({str}, {int}, {float})


def to_be_read(values: list[Value]) -> Value:
    """The list of ``values`` for code that reads nothing but elements.

    CPython reads those of its own class four times as fast as those of a class derived from it.
    """
    return values if set(map(type, values)) in _ALIKE_ALONE else grouped(values)


def itself(value: Value) -> Value:
    """``value``: reads a variable now."""
    return value


def restore_in(frame: dict[str, Value], slot: str, value: Value) -> None:
    """Give a variable of a frame its former value, or none."""
    if value is UNSET:
        frame.pop(slot, None)
    else:
        frame[slot] = value


def text_dictionary(*keys_and_values: Value) -> Value:
    """The value of ``(@ (@ "key" value) …)``."""
    pairs = zip(keys_and_values[::2], keys_and_values[1::2], strict=True)
    return dictionaries.filled(dict, pairs)


def replace_all(container: Value, old: Value, new: Value) -> tuple[Value, int]:
    """``container`` with ``old`` replaced, in place where it can be, and how often."""
    if isinstance(container, bytes):
        mark, other = containers.byte_string(old), containers.byte_string(new)
        return container.replace(mark, other), container.count(mark) if mark else 0
    if isinstance(container, str):
        sought, text = display(old), display(new)
        return container.replace(sought, text), container.count(sought) if sought else 0
    if isinstance(container, dict):
        places = [key for key, value in container.items() if value == old]
    else:
        places = [index for index, value in enumerate(containers.finite(container)) if value == old]
    for place in places:
        containers.store(container, place, new)
    return container, len(places)


def flipped(value: Value) -> Value:
    """``(flip value)``: the first two elements, or keys and values, exchanged."""
    if isinstance(value, dict):
        return dictionaries.literal([(content, key) for key, content in value.items()])
    if isinstance(value, list) and len(value) > 1:
        return type(value)([value[1], value[0], *value[2:]])
    return value


def milliseconds() -> float:
    """The time since some fixed instant."""
    return time.perf_counter() * 1000


_locks: dict[str, PatientLock] = {}


def lock(key: Value) -> PatientLock:
    """The lock named ``key``."""
    return _locks.setdefault(display(key), PatientLock())


def text_of_program(value: Value) -> str:
    """``value``, which must be text."""
    if not isinstance(value, (str, bytes)):
        raise LispError("'loadcode' needs a text")
    return containers.text_of(value)


SUPPORT: dict[str, Any] = {
    "abs": abs,
    "absolute": absolute,
    **INSTANCES,
    **MATCHING,
    "bytes": bytes,
    "complex": complex,
    "dict": dict,
    "add": operators.add,
    "BROKEN": BROKEN,
    "bit_and": operators.bit_and,
    "bit_and_not": operators.bit_and_not,
    "bit_or": operators.bit_or,
    "bit_xor": operators.bit_xor,
    "call_by_name": call_by_name,
    "call_value": call_value,
    "callable_or": callable_or,
    "copy": containers.copy_constant,
    "counted": counted,
    "counter": counter,
    "counter_in_order": counter_in_order,
    "data_list": data_list,
    "dictionary": dictionary,
    "display": display,
    "divide": operators.divide,
    "element": containers.element,
    "element_in_order": containers.element_in_order,
    "empty": EMPTY,
    "Exception": Exception,
    "fail": fail,
    "flipped": flipped,
    "float": float,
    "fold": operators.fold,
    "from_to": from_to,
    "FunctionType": FunctionType,
    "global_value": global_value,
    "head": head,
    "call_receiver": call_receiver,
    "identical": operators.identical,
    "IndexError": IndexError,
    "int": int,
    "are_long": are_long,
    "combine_into": combine_into,
    "is_long": is_long,
    "is_maybe": is_maybe,
    "isinstance": isinstance,
    "alike": containers.alike,
    "grouped": grouped,
    "guard_global": guard_global,
    "inside_space": inside_space,
    "iterate": containers.iterate,
    "itself": itself,
    "LispList": LispList,
    "list": list,
    "lock": lock,
    "maybe": maybe,
    "message": message,
    "milliseconds": milliseconds,
    "modulo": operators.modulo,
    "multiply": operators.multiply,
    "no_plain_element": (TypeError, KeyError, IndexError),
    "no_plain_update": (TypeError, KeyError, IndexError, OverflowError),
    "nothing_there": nothing_there,
    "parts": parts,
    "passing": passing,
    "power": operators.power,
    "range": range,
    "repeating": repeating,
    "replace_all": replace_all,
    "restore_in": restore_in,
    "Returned": Returned,
    "shift_left": operators.shift_left,
    "shift_right": operators.shift_right,
    "side_by_side": side_by_side,
    "stop_iteration": stop_iteration,
    "store": containers.store,
    "store_in_order": containers.store_in_order,
    "str": str,
    "subtract": operators.subtract,
    "text_dictionary": text_dictionary,
    "texts": frozenset({str, bytes}),
    "text_of_program": text_of_program,
    "whole": whole,
    "throw": throw,
    "to_be_read": to_be_read,
    "true": TRUE,
    "type": type,
    "TypeError": TypeError,
    "unknown_key": unknown_key,
    "unset": UNSET,
    "wrong_count": wrong_count,
    "visited_range": visited_range,
    "watch_depth": watch_depth,
    "zip": zip,
}
