"""The array operators: shapes, folds along axes, products, transposition."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from functools import reduce
from itertools import accumulate, cycle
from math import prod
from typing import Any

from lispe_core.builtins.lists import spread
from lispe_core.calls import Function, callable_of
from lispe_core.containers import (
    alike,
    clone,
    element,
    elements,
    finite,
    index_of,
    require_list,
    store,
)
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Stringbytes, Strings, Symbol, Value
from lispe_core.library import Library
from lispe_core.matrices import Matrix, grouped, shape_of
from lispe_core.memory import NUMBER, POINTER, require_room
from lispe_core.operators import add, elementwise_equal, quickest
from lispe_core.scalars import whole
from lispe_core.streams import Stream
from lispe_core.typed_lists import LARGE, Integers, TypedList, is_long, total

arrays = Library("arrays")

_EQUALITY, _PLUS, _TIMES = Symbol("="), Symbol("+"), Symbol("*")


def _combining(function: Value) -> Function:
    """The function of a fold; ``=`` compares element by element."""
    return elementwise_equal if function is _EQUALITY else callable_of(function, "map", 2)


def _is_table(values: Value) -> bool:
    """Whether every element is a list: a matrix, typed or not."""
    return (
        isinstance(values, list)
        and bool(values)
        and all(isinstance(row, (list, array)) for row in values)
    )


def _shaped(dimensions: list[int], supply: Any, source: Value) -> Value:
    count, *inner = dimensions
    if not inner:
        return alike(source, [next(supply) for _ in range(count)])
    rows = [_shaped(inner, supply, source) for _ in range(count)]
    typed = isinstance(source, (TypedList, Strings, Stringbytes))
    return grouped(rows) if typed else LispList(rows)


@arrays.builtin("rho", "ρ", "⍴")
def rho(first: Value, *others: Value) -> Value:
    """An array of the given dimensions filled with the elements of the last operand.

    Of one operand, its shape.

    Example:
        (rho 2 3 '(1 2 3 4 5 6))    ; => ((1 2 3) (4 5 6))
        (rho 3 (integers 7))        ; => (7 7 7)
        (rho '(2 2) '(1 2))         ; => ((1 2) (1 2))
        (rho '((1 2) (3 4)))        ; => (2 2)
    """
    if not others:
        return Integers(shape_of(first))
    *dimensions, source = first, *others
    if not isinstance(source, (list, array)):
        raise LispError("the last operand of 'rho' must be a list")
    sizes = [whole(size) for size in spread(dimensions)]
    if sizes == [0]:
        return alike(source, ())
    if not all(isinstance(size, int) and size > 0 for size in sizes):
        raise LispError("the dimensions of 'rho' are whole numbers above zero")
    count = math.prod(sizes)
    if isinstance(source, TypedList) and source and len(sizes) == 2 and count >= LARGE:
        require_room(count, NUMBER)
        from lispe_core.vectors import filled_matrix

        return filled_matrix(source, *sizes)
    leaves = list(spread(source))
    if not leaves:
        raise LispError("'rho' needs at least one element")
    require_room(count, POINTER)
    if not isinstance(source, TypedList) and all(type(leaf) is int for leaf in leaves):
        source = Integers()
    return _shaped(sizes, cycle(leaves), source)


def _is_flags(value: Value) -> bool:
    return isinstance(value, (list, array)) and all(
        isinstance(flag, (int, float)) for flag in value
    )


def _repeated(counts: Iterable[Value], values: Value) -> Value:
    held = elements(values)
    numbers = [int(count) for count in counts]
    if len(numbers) != len(held):
        raise LispError("Lists should all have the same size in '//'")
    pairs = zip(numbers, held, strict=True)
    return alike(values, [value for number, value in pairs for _ in range(number)])


def _folded(combine: Function, values: Value) -> Value:
    if combine is add and is_long(values):
        return total(values)
    held = elements(values)
    return reduce(quickest(combine, held), held) if held else None


def _require_regular(rows: Value) -> None:
    if len({len(row) if isinstance(row, (list, array)) else -1 for row in rows}) > 1:
        raise LispError("the rows of a matrix have the same size")


def _columns(table: Value) -> list[Value]:
    _require_regular(table)
    return [alike(table[0], column) for column in zip(*table, strict=True)]


@arrays.builtin("//", "reduce", "↗")
def fold_rows(function: Value, values: Value = None) -> Value:
    """Fold a list, or each row of a matrix; of numbers, repeat the elements that often.

    Example:
        (// '+ '(1 2 3))              ; => 6
        (// '+ '((1 2) (3 4)))        ; => (3 7)
        (// '(2 0 1) '(a b c))        ; => (a a c)
    """
    if values is None:
        return clone(function)
    if _is_flags(function):
        return _repeated(function, values)
    return _fold_last(_combining(function), values)


def _fold_last(combine: Function, values: Value) -> Value:
    if _is_table(values):
        return grouped([_fold_last(combine, row) for row in values])
    return _folded(combine, values)


@arrays.builtin("-//", "backreduce", "⌿")
def fold_columns(function: Value, values: Value = None, _: Value = None) -> Value:
    """Fold a list from its end, or each column of a matrix; of one operand, the list reversed.

    Example:
        (-// '- '(1 2 3))             ; => 0
        (-// '+ '((1 2) (3 4)))       ; => (4 6)
    """
    if values is None:
        return alike(function, elements(function)[::-1])
    if _is_flags(function):
        return _repeated(list(function)[::-1], alike(values, elements(values)[::-1]))
    combine = _combining(function)
    if not _is_table(values):
        return _folded(combine, elements(values)[::-1])
    if isinstance(values[0], Matrix):
        return reduce(lambda above, below: _pairwise(combine, above, below), values)
    return grouped([reduce(combine, column) for column in _columns(values)])


def _pairwise(combine: Function, left: Value, right: Value) -> Value:
    if not isinstance(left, (list, array)):
        return combine(left, right)
    _require_regular([left, right])
    return grouped([_pairwise(combine, a, b) for a, b in zip(left, right, strict=True)])


def _scanned(combine: Function, values: Value) -> Value:
    if _is_table(values):
        return grouped([_scanned(combine, row) for row in values])
    if combine is add and is_long(values):
        from lispe_core.vectors import running_totals

        sums = running_totals(values)
        if sums is not None:
            return sums
    held = list(finite(values))
    results = list(accumulate(held, quickest(combine, held)))
    return grouped(results) if isinstance(values, TypedList) else LispList(results)


@arrays.builtin("\\\\", "scan", "↘")
def scan_rows(function: Value, values: Value) -> Value:
    """The running fold of a list, or of each row of a matrix; of flags, spread the elements.

    Example:
        (scan '+ '(1 2 3))            ; => (1 3 6)
        (scan '(1 0 1) '(7 8 9))      ; => (7 0 8)
    """
    if _is_flags(function):
        held = elements(values)
        if len(held) != len(function):
            raise LispError("Lists should all have the same size in '\\\\'")
        supply = iter(held)
        return alike(values, [next(supply) if flag else 0 for flag in function])
    return _scanned(_combining(function), values)


@arrays.builtin("-\\\\", "backscan", "⍀")
def scan_columns(function: Value, values: Value, _: Value = None) -> Value:
    """The running fold of a reversed list, or down each column of a matrix.

    Example:
        (backscan '+ '(1 2 3))            ; => (3 5 6)
        (backscan '+ '((1 2) (3 4)))      ; => ((1 2) (4 6))
    """
    combine = _combining(function)
    if _is_table(values):
        return grouped(list(accumulate(values, lambda a, b: _pairwise(combine, a, b))))
    return _scanned(combine, alike(values, elements(values)[::-1]))


@arrays.builtin("°", "outer")
def outer(function: Value, left: Value, right: Value) -> Value:
    """The table of ``function`` for every pair of elements.

    Example:
        (outer '* '(1 2) '(3 4))    ; => ((3 4) (6 8))
    """
    combine = _combining(function)
    return grouped([grouped([combine(a, b) for b in finite(right)]) for a in finite(left)])


@arrays.builtin(".", "inner")
def inner(fold: Value, join: Value, left: Value, right: Value) -> Value:
    """The inner product: ``fold`` over ``join`` of rows and columns.

    Example:
        (inner '+ '* '(1 2) '(3 4))                        ; => 11
        (inner '+ '* '((1 2) (3 4)) '((1 0) (0 1)))        ; => ((1 2) (3 4))
    """
    if isinstance(fold, (list, array)) and not isinstance(left, (list, array)):
        fold, join, left = join, left, fold
    require_list("inner", left, right)
    if fold is _PLUS and join is _TIMES and len(left) and len(right):
        product = _inner_product(left, right)
        if product is not None:
            return product
    folding, joining = _combining(fold), _combining(join)
    return _inner(folding, joining, left, right)


def _inner_product(left: Value, right: Value) -> Value:
    """The sums of products in NumPy, where it can compute them and many pay for its import."""
    if prod(shape_of(left)) + prod(shape_of(right)) < LARGE:
        return None
    from lispe_core.vectors import inner_product

    return inner_product(left, right)


def _inner(folding: Function, joining: Function, left: Value, right: Value) -> Value:
    if _is_table(left):
        return grouped([_inner(folding, joining, row, right) for row in left])
    if _is_table(right):
        return grouped([_inner(folding, joining, left, column) for column in _columns(right)])
    if len(left) != len(right):
        raise LispError("Lists should all have the same size in 'inner'")
    joined = [joining(a, b) for a, b in zip(left, right, strict=True)]
    return reduce(folding, joined) if joined else None


@arrays.builtin("⍉", "transpose")
def transpose(table: Value) -> Value:
    """Rows as columns.

    Example:
        (transpose '((1 2 3) (4 5 6)))    ; => ((1 4) (2 5) (3 6))
    """
    if isinstance(table, Matrix) and table.is_large:
        from lispe_core.vectors import transposed

        columns = transposed(table)
        if columns is not None:
            return columns
    if not _is_table(table):
        return table
    return table.regrouped(_columns(table))


@arrays.builtin("∈", "member")
def membership(values: Value, container: Value) -> Value:
    """1 or 0 for each element: whether it is one of ``container``.

    Example:
        (member '(1 5) '(1 2 3))    ; => (1 0)
    """
    held = elements(container)
    return Integers(1 if value in held else 0 for value in finite(values))


@arrays.builtin(",")
def ravel(first: Value, second: Value = None) -> Value:
    """The leaves of a list in one flat list; of two operands, their concatenation.

    Example:
        (, '((1 2) (3 4)))    ; => (1 2 3 4)
        (, '(1 2) '(3))       ; => (1 2 3)
    """
    if second is None:
        return grouped(list(spread([first])))
    sides = [side if isinstance(side, (list, array)) else [side] for side in (first, second)]
    return grouped([*sides[0], *sides[1]])


def _ranked(values: Value, indexes: tuple[Value, ...]) -> Value:
    if not indexes:
        return values
    require_list("rank@", values)
    index, *inner = indexes
    if _runs(index):
        return grouped([_ranked(row, tuple(inner)) for row in values])
    try:
        return _ranked(values[index_of(index)], tuple(inner))
    except (IndexError, TypeError):
        raise LispError("index out of bounds") from None


def _runs(index: Value) -> bool:
    """Whether an index stands for all along its axis."""
    return index is None or index_of(index) < 0


@arrays.builtin("rank@", "rank", "⍤")
def rank(values: Value, *indexes: Value) -> Value:
    """The part of an array at the indexes; a negative one runs over its axis.

    Example:
        (rank@ '((1 2) (3 4)) 1)       ; => (3 4)
        (rank@ '((1 2) (3 4)) -1 0)    ; => (1 3)
    """
    return _ranked(values, indexes)


@arrays.builtin("irank@", "irank")
def lazy_rank(values: Value, index: Value, *indexes: Value) -> Stream:
    """The parts of an array along the axis of a negative index, one after the other.

    Example:
        (loop column (irank@ '((1 2) (3 4)) -1) (println column))    ; =>
    """
    require_list("irank@", values)
    if _runs(index):
        inner = list(_ranked(values, (index, *indexes)))
        parts = _columns(values) if _is_table(values) and not indexes else inner
    else:
        parts = list(finite(_ranked(values, (index, *indexes))))
    return Stream(lambda: iter(parts), endless=False)


def _places(shape: Value, indexes: tuple[Value, ...]) -> list[int]:
    """Where the indexes lead in a flat list; a negative one runs over its axis."""
    sizes = [index_of(size) for size in finite(shape)]
    if len(indexes) != len(sizes):
        raise LispError("a virtual shape needs an index for each of its dimensions")
    places = [0]
    for size, index in zip(sizes, indexes, strict=True):
        wanted = range(size) if _runs(index) else [index_of(index)]
        if not all(0 <= place < size for place in wanted):
            raise LispError("index out of bounds")
        places = [place * size + step for place in places for step in wanted]
    return places


@arrays.builtin("@@@", "atshape")
def at_shape(values: Value, shape: Value, *indexes: Value) -> Value:
    """An element of a flat list seen in a shape; a negative index runs over its axis.

    Example:
        (@@@ '(1 2 3 4 5 6) '(2 3) 1 0)     ; => 4
        (@@@ '(1 2 3 4 5 6) '(2 3) -1 0)    ; => (1 4)
    """
    found = [element(values, place) for place in _places(shape, indexes)]
    return alike(values, found) if any(map(_runs, indexes)) else found[0]


@arrays.builtin("set@@@", "setshape", in_place=True)
def set_shape(values: Value, shape: Value, index: Value, *indexes_and_value: Value) -> Value:
    """Put the last operand into a flat list seen in a shape.

    Example:
        (set@@@ '(1 2 3 4) '(2 2) 1 0 9)    ; => (1 2 9 4)
    """
    if not indexes_and_value:
        raise LispError("Wrong number of arguments for: 'set@@@'")
    *indexes, value = indexes_and_value
    for place in _places(shape, (index, *indexes)):
        store(values, place, value)
    return values
