"""Functions over lists: ``maplist`` and its family, whose results are typed where they can be."""

from __future__ import annotations

from lispe_core.calls import BreakIteration, callable_of
from lispe_core.containers import alike, elements, iterate
from lispe_core.forms import TRUE, LispList, Symbol, Value
from lispe_core.library import Library
from lispe_core.matrices import grouped
from lispe_core.typed_lists import is_long

higher_order = Library("functions over lists")

_SIGNS = {Symbol("+"): 1, Symbol("-"): -1}
"""Operators that, with one operand, give it a sign."""


def numeric_truth(function: Value, results: list[Value]) -> list[Value]:
    """The results, with 1 and 0 for the answers of a predicate given by name."""
    if isinstance(function, (Symbol, list)) and _all_truth(results) and _is_predicate(function):
        return [1 if result is TRUE else 0 for result in results]
    return results


def _all_truth(results: list[Value]) -> bool:
    return all(result is TRUE or result is None for result in results)


def _is_predicate(function: Value) -> bool:
    from lispe_core.builtins import PREDICATES

    if isinstance(function, list):
        return any(isinstance(part, Symbol) and part.name in PREDICATES for part in function)
    return function.name in PREDICATES


def _results(function: Value, values: Value) -> list[Value]:
    call = callable_of(function)
    results: list[Value] = []
    try:
        for value in iterate(values):
            results.append(call(value))
    except BreakIteration:
        pass
    return numeric_truth(function, results)


@higher_order.builtin("maplist", "¨")
def map_list(function: Value, values: Value, typed: Value = TRUE) -> Value:
    """``function`` of every element, as a typed list where the results allow it.

    Example:
        (maplist '(* 2) '(1 2 3))              ; => (2 4 6)
        (maplist (λ (x) (+ x 1)) '(1 2))       ; => (2 3)
        (maplist 'zerop '(0 1))                ; => (1 0)
    """
    if isinstance(function, Symbol) and function in _SIGNS and typed and is_long(values):
        return values * _SIGNS[function]
    results = _results(function, values)
    return grouped(results) if typed and results else LispList(results)


@higher_order.builtin("mapcar")
def map_car(function: Value, values: Value) -> LispList:
    """``function`` of every element, as a plain list.

    Example:
        (mapcar 'car '((1 2) (3 4)))    ; => (1 3)
    """
    return LispList(_results(function, values))


@higher_order.builtin("filterlist", "filtercar")
def filter_list(predicate: Value, values: Value, _: Value = None) -> Value:
    """The elements for which ``predicate`` holds.

    Example:
        (filterlist '(< 10) '(5 20))                ; => (20)
        (filterlist (λ (c) (!= c "a")) "banana")    ; => bnn
    """
    holds = callable_of(predicate)
    kept: list[Value] = []
    try:
        for value in iterate(values):
            if holds(value):
                kept.append(value)
    except BreakIteration:
        pass
    return alike(values, kept)


@higher_order.builtin("takelist", "takecar")
def take_list(predicate: Value, values: Value, _: Value = None) -> Value:
    """The elements in front of the first for which ``predicate`` fails.

    Example:
        (takelist '(> 10) '(1 4 11 9))    ; => (1 4)
    """
    holds = callable_of(predicate)
    kept: list[Value] = []
    try:
        for value in iterate(values):
            if not holds(value):
                break
            kept.append(value)
    except BreakIteration:
        pass
    return alike(values, kept)


@higher_order.builtin("droplist", "dropcar")
def drop_list(predicate: Value, values: Value, _: Value = None) -> Value:
    """The list from the first element for which ``predicate`` holds.

    Example:
        (droplist '(< 10) '(1 4 11 9))    ; => (11 9)
    """
    holds = callable_of(predicate)
    visit = iter(elements(values))
    try:
        for value in visit:
            if holds(value):
                return alike(values, [value, *visit])
    except BreakIteration:
        pass
    return alike(values, [])


@higher_order.builtin("scanlist")
def scan_list(function: Value, values: Value) -> Value:
    """The first value of ``function`` over the elements that is not ``nil``.

    Example:
        (scanlist (λ (x) (if (> x 2) (* x 10))) '(1 2 3 4))    ; => 30
    """
    call = callable_of(function)
    try:
        for value in iterate(values):
            result = call(value)
            if result is not None:
                return result
    except BreakIteration:
        pass
    return None
