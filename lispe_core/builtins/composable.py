"""Functions over lists by their Haskell names; they stay lazy over sources without end."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from lispe_core.calls import BreakIteration, Function, callable_of
from lispe_core.containers import elements, iterate
from lispe_core.forms import LispList, Value
from lispe_core.library import Library
from lispe_core.streams import Stream, is_computed, is_endless

composable = Library("composable functions")


def _derived(values: Value, make: Callable[[Iterator[Value]], Iterable[Value]]) -> Value:
    """What ``make`` gives of a visit of ``values``: a list, or a stream when there is no end."""
    if is_endless(values):
        return Stream(lambda: _until_break(make(iterate(values))), computed=True)
    return LispList(_until_break(make(iterate(values))))


def _until_break(values: Iterable[Value]) -> Iterator[Value]:
    """``values`` as far as no function that makes them ends the iteration."""
    try:
        yield from values
    except BreakIteration:
        return


@composable.builtin("map", "!map")
def map_values(function: Value = None, values: Value = None) -> Value:
    """``function`` of every element; a two-operand operator gets the element twice.

    Without operands an empty dictionary.

    Example:
        (map '(- 10) '(1 2))     ; => (-9 -8)
        (map '(10 -) '(1 2))     ; => (9 8)
        (map '+ '(1 2 3))        ; => (2 4 6)
        (map)                    ; => {}
    """
    if function is None:
        return {}
    call = callable_of(function, "map")
    return _derived(values, lambda visit: (call(value) for value in visit))


@composable.builtin("filter", "!filter")
def filter_values(predicate: Value, values: Value) -> Value:
    """The elements for which ``predicate`` holds.

    Example:
        (filter '(< 10) '(5 20))    ; => (5)
    """
    holds = callable_of(predicate, "map")
    return _derived(values, lambda visit: (value for value in visit if holds(value)))


@composable.builtin("take", "!take")
def take(count: int, values: Value) -> LispList:
    """The first ``count`` elements.

    Example:
        (take 2 '(a b c))         ; => (a b)
        (take 2 "abc")            ; => ("a" "b")
        (take 3 (irange 1 2))     ; => (1 3 5)
    """
    return LispList(itertools.islice(iterate(values), max(0, count)))


@composable.builtin("drop", "!drop")
def drop(count: int, values: Value) -> Value:
    """The elements behind the first ``count``.

    Example:
        (drop 2 '(a b c))    ; => (c)
    """
    return _derived(values, lambda visit: itertools.islice(visit, max(0, count), None))


def _while(holds: Function, visit: Iterator[Value]) -> Iterator[Value]:
    for value in visit:
        if not holds(value):
            return
        yield value


@composable.builtin("takewhile", "!takewhile")
def take_while(predicate: Value, values: Value) -> LispList:
    """The elements in front of the first for which ``predicate`` fails.

    Example:
        (takewhile '(< 10) (map '+ (irange 1 1)))    ; => (2 4 6 8)
    """
    holds = callable_of(predicate, "map")
    return LispList(_until_break(_while(holds, iterate(values))))


def _after(holds: Function, visit: Iterator[Value]) -> Iterator[Value]:
    for value in visit:
        if not holds(value):
            yield value
            break
    yield from visit


@composable.builtin("dropwhile", "!dropwhile")
def drop_while(predicate: Value, values: Value) -> Value:
    """The elements from the first for which ``predicate`` fails.

    Example:
        (dropwhile '(< 10) '(1 4 11 9))    ; => (11 9)
    """
    holds = callable_of(predicate, "map")
    return _derived(values, lambda visit: _after(holds, visit))


def _accumulated(
    call: Function, initial: Value, values: Iterable[Value], *, reflected: bool
) -> Iterator[Value]:
    """The accumulators, ``initial`` first; ``break`` in the function ends them."""
    accumulator = initial
    yield accumulator
    try:
        for value in values:
            accumulator = call(value, accumulator) if reflected else call(accumulator, value)
            yield accumulator
    except BreakIteration:
        return


def _final(steps: Iterator[Value]) -> Value:
    last = deque(steps, maxlen=1)
    return last[0] if last else None


def _backwards(values: Value) -> list[Value]:
    return elements(values)[::-1]


@composable.builtin("foldl")
def fold_left(function: Value, initial: Value, values: Value) -> Value:
    """Combine the elements from the left, starting with ``initial``.

    Example:
        (foldl '- 10 '(1 2 3))    ; => 4
    """
    call = callable_of(function, "map", 2)
    return _final(_accumulated(call, initial, iterate(values), reflected=False))


@composable.builtin("foldl1")
def fold_left_from_first(function: Value, values: Value) -> Value:
    """Combine the elements from the left, starting with the first.

    Example:
        (foldl1 '- '(10 2 3))    ; => 5
        (foldl1 '+ ())           ; => nil
    """
    return _final(_scan_from_first(function, iterate(values), reflected=False))


@composable.builtin("foldr")
def fold_right(function: Value, initial: Value, values: Value) -> Value:
    """Combine the elements from the right, starting with ``initial``.

    Example:
        (foldr '- 10 '(1 2 3))    ; => -8
    """
    call = callable_of(function, "map", 2)
    return _final(_accumulated(call, initial, _backwards(values), reflected=True))


@composable.builtin("foldr1")
def fold_right_from_last(function: Value, values: Value) -> Value:
    """Combine the elements from the right, starting with the last.

    Example:
        (foldr1 '- '(10 2 3))    ; => 11
    """
    return _final(_scan_from_first(function, iter(_backwards(values)), reflected=True))


def _scan_from_first(
    function: Value, visit: Iterator[Value], *, reflected: bool
) -> Iterator[Value]:
    call = callable_of(function, "map", 2)
    for first in visit:
        return _accumulated(call, first, visit, reflected=reflected)
    return iter(())


@composable.builtin("scanl")
def scan_left(function: Value, initial: Value, values: Value) -> Value:
    """All accumulators of ``foldl``, ``initial`` first.

    Example:
        (scanl '+ 0 '(1 2 3))    ; => (0 1 3 6)
    """
    call = callable_of(function, "map", 2)
    return _derived(values, lambda visit: _accumulated(call, initial, visit, reflected=False))


@composable.builtin("scanl1")
def scan_left_from_first(function: Value, values: Value) -> Value:
    """All accumulators of ``foldl1``.

    Example:
        (scanl1 '+ '(1 2 3 4))    ; => (1 3 6 10)
    """
    return _derived(values, lambda visit: _scan_from_first(function, visit, reflected=False))


@composable.builtin("scanr")
def scan_right(function: Value, initial: Value, values: Value) -> LispList:
    """All accumulators of ``foldr``, the final one first.

    Example:
        (scanr '- 10 '(1 2 3))    ; => (-8 9 -7 10)
    """
    call = callable_of(function, "map", 2)
    return LispList(list(_accumulated(call, initial, _backwards(values), reflected=True))[::-1])


@composable.builtin("scanr1")
def scan_right_from_last(function: Value, values: Value) -> LispList:
    """All accumulators of ``foldr1``, the final one first.

    Example:
        (scanr1 '- '(1 2 3))    ; => (2 -1 3)
    """
    steps = _scan_from_first(function, iter(_backwards(values)), reflected=True)
    return LispList(list(steps)[::-1])


@composable.builtin("cycle")
def cycle(values: Value) -> Stream:
    """The elements over and over, without end.

    Example:
        (take 5 (cycle '(1 2)))    ; => (1 2 1 2 1)
    """
    iterate(values)  # what is no container is refused here, not where elements are taken
    return Stream(lambda: itertools.cycle(iterate(values)), computed=is_computed(values))


@composable.builtin("repeat")
def repeat(value: Value) -> Stream:
    """``value`` over and over, without end.

    Example:
        (take 3 (repeat 'a))    ; => (a a a)
    """
    return Stream(lambda: itertools.repeat(value), computed=is_computed(value))
