"""The parts of a value: what there is to see inside it, and the step that leads to each.

Lists have indices, dictionaries and state dicts keys, modules the names of submodules, parameters
and buffers, tensors a gradient.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from lispe_core.foreign import Foreign
from lispe_core.forms import Value
from lispe_core.heaps import Heap
from lispe_core.linked_lists import LinkedList
from lispe_core.printer import type_name, written
from lispe_core.sets import LispSet
from workbench.runtime.protocol import GRADIENT, Step, Trail

__all__ = ["carried_tensor", "follow", "module_of", "owner_of", "part_count", "parts"]

IN_ORDER = (LispSet, LinkedList, Heap)
"""Containers that are read from their start."""

LONGEST_LABEL = 200


def carried_tensor(value: Value) -> Any:
    """The tensor that a Lisp value carries, or ``None``."""
    return value.tensor if type_name(value) in ("torch_tensor", "torch_quantized_tensor") else None


def owner_of(value: Value) -> Any:
    """What holds the elements of a tensor: the tensor, or the quantized numbers it stands for."""
    return getattr(value, "quantized", carried_tensor(value))


def module_of(value: Value) -> Any:
    """The module that a Lisp value carries, or ``None``."""
    content = _content(value)
    if content is None:
        return None
    from workbench.runtime.module_views import is_module

    return content if is_module(content) else None


def part_count(value: Value) -> int | None:
    """How many parts there are; ``None`` for a value that is a whole."""
    if isinstance(value, list | array | dict):
        return len(value)
    if isinstance(value, LinkedList):
        return None if value.is_cyclic() else len(value)
    if isinstance(value, IN_ORDER):
        return value.size()
    content = _content(value)
    if isinstance(content, Mapping):
        return len(content)
    module = module_of(value)
    if module is None:
        return None
    from workbench.runtime.module_views import members

    return len(members(module)) or None


def parts(value: Value, first: int, count: int) -> Iterator[tuple[Step, str, Value]]:
    """Step, label and value of ``count`` parts from number ``first`` on.

    Raises:
        RuntimeError: A program changed the value meanwhile.
    """
    section = slice(first, first + count)
    if isinstance(value, list | array):
        yield from ((index, str(index), value[index]) for index in range(len(value))[section])
    elif isinstance(value, dict):
        for key in islice(value, section.start, section.stop):
            yield key, _label(key), value[key]
    elif isinstance(value, IN_ORDER):
        members = islice(value.iterate(), section.start, section.stop)
        yield from ((index, str(index), member) for index, member in enumerate(members, first))
    else:
        from workbench.runtime.module_views import members as members_of
        from workbench.runtime.torch_object import to_lisp

        content = _content(value)
        inside = content if isinstance(content, Mapping) else members_of(content)
        # What is computed when it is read has an outline that is there at once.
        read = getattr(content, "outline", inside.__getitem__)
        for key in islice(inside, section.start, section.stop):
            yield key, _label(key), to_lisp(read(key))


def follow(value: Value, trail: Trail) -> Value:
    """The part of ``value`` that ``trail`` leads to.

    Raises:
        LookupError: There is no such part, or no longer.
    """
    for step in trail:
        value = _part(value, step)
    return value


def _part(value: Value, step: Step) -> Value:
    if isinstance(value, list | array) and isinstance(step, int):
        return value[step]
    if isinstance(value, dict):
        return value[step]
    if isinstance(value, IN_ORDER) and isinstance(step, int):
        for member in islice(value.iterate(), step, None):
            return member
        raise LookupError(step)
    tensor = carried_tensor(value)
    if tensor is not None and step == GRADIENT and tensor.grad is not None:
        return type(value)(tensor.grad)
    content = _content(value)
    if content is None:
        raise LookupError(step)
    from workbench.runtime.module_views import members
    from workbench.runtime.torch_object import to_lisp

    inside: Mapping[Any, Any] = content if isinstance(content, Mapping) else members(content)
    return to_lisp(inside[step])


def _content(value: Value) -> Any:
    """What an object of the torch library holds."""
    return getattr(value, "value", None) if isinstance(value, Foreign) else None


def _label(key: Step) -> str:
    return key[:LONGEST_LABEL] if isinstance(key, str) else written(key)
