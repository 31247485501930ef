"""Combining lists: joining, pairing, set operations."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import reduce
from typing import Any

from lispe_core.calls import BreakIteration, callable_of
from lispe_core.containers import alike, converted, elements, finite, iterate
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Value
from lispe_core.library import Library
from lispe_core.matrices import grouped
from lispe_core.printer import display
from lispe_core.sets import LispSet, fingerprint
from lispe_core.streams import is_endless

combinations = Library("combining lists")


@combinations.builtin("join")
def join(values: Value, separator: Value = "") -> str:
    """The text of the elements with ``separator`` between them.

    Example:
        (join '("a" "b" 3) "-")    ; => a-b-3
        (join {"a":1 "b":2})       ; => a:1,b:2
    """
    mark = display(separator)
    if isinstance(values, dict):
        pairs = [f"{display(key)}:{display(value)}" for key, value in values.items()]
        return (mark or ",").join(pairs)
    return mark.join([value if type(value) is str else display(value) for value in finite(values)])


def _aligned(name: str, lists: tuple[Value, ...]) -> list[Value]:
    """The lists, checked for equal sizes; endless ones are as long as the others."""
    lengths = set()
    aligned = []
    for values in lists:
        if is_endless(values):
            aligned.append(iterate(values))
        else:
            held = elements(values)
            lengths.add(len(held))
            aligned.append(iter(held))
    if len(lengths) > 1:
        raise LispError(f"Lists should all have the same size in '{name}'")
    return aligned


@combinations.builtin("zip")
def zipped(first: Value, second: Value, *more: Value) -> LispList:
    """The elements of several lists, in tuples.

    Example:
        (zip '(1 2) '(a b))    ; => ((1 a) (2 b))
    """
    aligned = _aligned("zip", (first, second, *more))
    return LispList(LispList(group) for group in zip(*aligned, strict=False))


@combinations.builtin("zipwith")
def zipped_with(function: Value, first: Value, second: Value, *more: Value) -> Value:
    """``function`` of the elements of several lists.

    Example:
        (zipwith '+ '(1 2) '(10 20))              ; => (11 22)
        (zipwith (λ (a b) (- b a)) '(1 2) '(5 9))    ; => (4 7)
    """
    lists = (first, second, *more)
    aligned = _aligned("zipwith", lists)
    call = callable_of(function, "map", len(lists))
    results: list[Value] = []
    try:
        for operands in zip(*aligned, strict=False):
            results.append(call(*operands))
    except BreakIteration:
        pass
    return grouped(results)


Marks = dict[Any, Value]


def _marks(values: Value) -> Marks:
    found: Marks = {}
    for value in elements(values):
        found.setdefault(fingerprint(value), value)
    return found


def _set_operation(
    operation: Callable[[Marks, Marks], Marks], first: Value, others: tuple[Value, ...]
) -> Value:
    result = reduce(operation, map(_marks, others), _marks(first)).values()
    if isinstance(first, LispSet):
        return type(first)(result)
    return alike(first, result)


@combinations.builtin("&&&")
def intersection(first: Value, *others: Value) -> Value:
    """The elements that all have, each once.

    Example:
        (&&& '(1 2 3 3) '(3 2))    ; => (2 3)
    """
    return _set_operation(
        lambda a, b: {mark: value for mark, value in a.items() if mark in b}, first, others
    )


@combinations.builtin("|||")
def union(first: Value, *others: Value) -> Value:
    """The elements that any has, each once.

    Example:
        (||| '(1 2) '(2 3))    ; => (1 2 3)
    """
    return _set_operation(lambda a, b: {**a, **b}, first, others)


@combinations.builtin("^^^")
def exclusive_union(first: Value, *others: Value) -> Value:
    """The elements that only one of two has.

    Example:
        (^^^ '(1 2) '(2 3))    ; => (1 3)
    """

    def difference(a: Marks, b: Marks) -> Marks:
        return {mark: value for mark, value in {**a, **b}.items() if (mark in a) != (mark in b)}

    return _set_operation(difference, first, others)


@combinations.builtin("shift")
def shift(function: Value, values: Value, count: int = 1) -> Value:
    """``function`` of the list without its last ``count`` elements and without its first.

    Example:
        (shift '- '(1 4 9))    ; => (-3 -5)
    """
    held = values if isinstance(values, (list, array, str)) else LispList(elements(values))
    distance = abs(count)
    head, tail = alike(held, held[: len(held) - distance]), alike(held, held[distance:])
    call = callable_of(function, "map", 2)
    return call(head, tail) if count >= 0 else call(tail, head)


@combinations.builtin("over", in_place=True)
def over(function: Value, values: Value) -> Value:
    """Replace the contents of a list by those of ``(function list)``.

    Example:
        (over 'reverse '(1 2 3))    ; => (3 2 1)
    """
    changed = callable_of(function)(values)
    if not isinstance(values, (list, array)):
        return changed
    values[:] = alike(values, [converted(values, value) for value in finite(changed)])
    return values


@combinations.builtin("mask@")
def mask(flags: Value, values: Value, others: Value = None) -> LispList:
    """For each flag the next of ``values`` when it is true, else the next of ``others``.

    Example:
        (mask@ '(1 0 1) '(a b c) '(x y z))    ; => (a x b)
    """
    chosen, rest = iterate(values), iterate(others)
    return LispList(next(chosen if flag else rest, None) for flag in finite(flags))
