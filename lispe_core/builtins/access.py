"""Reading and writing elements: by key, by name (``cadr``), by value."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from lispe_core.containers import (
    alike,
    byte_string,
    element,
    element_in_order,
    elements,
    finite,
    iterate,
    size,
    store,
)
from lispe_core.dictionaries import key_of
from lispe_core.errors import LispError
from lispe_core.foreign import Container, Foreign
from lispe_core.forms import LispList, Symbol, Truth, Value, truth
from lispe_core.library import Library
from lispe_core.linked_lists import LinkedList
from lispe_core.matrices import Matrix
from lispe_core.printer import abridged, display
from lispe_core.sets import LispSet
from lispe_core.streams import Stream, is_endless
from lispe_core.typed_lists import Integers

access = Library("access")


@access.builtin("@", "nth")
def element_at(container: Value, key: Value, *keys: Value) -> Value:
    """The element reached by following the keys; negative indexes count from the end.

    Example:
        (@ '(a b c) -1)               ; => c
        (@ {"a":{"b":3}} "a" "b")     ; => 3
        (@ '(1 2) 5)                  ; error: Error: index out of bounds
    """
    found = element(container, key)
    for inner in keys:
        found = element(found, inner)
    return found


@access.builtin("at")
def at(container: Value, key: Value, *keys: Value) -> Value:
    """As ``@``; but a single index counts through all elements of a tensor, row after row.

    Example:
        (at '(a b c) -1)              ; => c
        (at {"a":{"b":3}} "a" "b")    ; => 3
    """
    if keys:
        return element_at(container, key, *keys)
    return element_in_order(container, key)


@access.builtin("getfast")
def element_under(container: Value, key: Value) -> Value:
    """The element under one key, as ``@`` gives it.

    Example:
        (getfast '(a b c) 1)          ; => b
    """
    return element(container, key)


@access.builtin("set@", in_place=True)
def set_at(container: Value, key: Value, value: Value, *more: Value) -> Value:
    """Put the last operand under the keys before it; the innermost container.

    An index equal to the size appends.

    Example:
        (set@ '(1 2 3) 0 'a)    ; => (a 2 3)
    """
    if not more:
        return store(container, key, value)
    inner = element(container, key)
    changed = set_at(inner, value, *more)
    if isinstance(inner, (str, bytes)):
        store(container, key, changed)
    return changed


@access.builtin("size")
def size_of(value: Value) -> int:
    """The number of elements, characters or keys; 0 for ``nil`` and scalars.

    Example:
        (size '(a b c))    ; => 3
        (size "text")      ; => 4
    """
    return size(value)


@access.builtin("tally", "≢")
def tally(value: Value) -> int:
    """The number of elements; of a matrix, of all its leaves.

    Example:
        (tally '(1 (2 3)))    ; => 2
    """
    if isinstance(value, Container):
        return value.tally()
    return math.prod(value.shape) if isinstance(value, Matrix) else size(value)


@access.builtin("in")
def contains(container: Value, sought: Value) -> Truth | None:
    """Whether ``sought`` is an element, a part of the text, or a key of the dictionary.

    Example:
        (in '(1 (2)) '(2))    ; => true
        (in "abcdef" "cd")    ; => true
        (in {"a":1} "a")      ; => true
    """
    if isinstance(container, (str, bytes)):
        return truth(_mark(container, sought) in container)
    if isinstance(container, dict):
        return truth(_has_key(container, sought))
    if isinstance(container, (list, array, LispSet)):
        return truth(sought in container)
    return truth(any(value == sought for value in iterate(container)))


def _mark(container: str | bytes, sought: Value) -> Any:
    """``sought`` as text of the kind that it is looked for in."""
    return byte_string(sought) if isinstance(container, bytes) else display(sought)


def _has_key(dictionary: Any, key: Value) -> bool:
    if isinstance(key, (list, array, dict)):
        return False
    return key_of(dictionary, key) in dictionary


@access.builtin("find")
def find(container: Value, sought: Value, start: int = 0) -> Value:
    """Where ``sought`` is first: its index, or its key in a dictionary; ``nil`` if nowhere.

    Example:
        (find "abcdef" "cd")     ; => 2
        (find '(a b a) 'a 1)     ; => 2
        (find {"a":5} 5)         ; => a
    """
    if isinstance(container, (str, bytes)):
        index = container.find(_mark(container, sought), start)
        return None if index < 0 else index
    if isinstance(container, dict):
        return next((key for key, value in container.items() if value == sought), None)
    if isinstance(container, LispSet):
        return sought if sought in container else None
    return next(_places(iterate(container), sought, start), None)


def _places(visit: Iterator[Value], sought: Value, start: int) -> Iterator[int]:
    for index, value in enumerate(islice(visit, max(0, start), None), max(0, start)):
        if value == sought:
            yield index


@access.builtin("rfind")
def find_last(container: Value, sought: Value, start: int = 0) -> Value:
    """Where ``sought`` is last, ``nil`` if nowhere.

    Example:
        (rfind '(a b a) 'a)    ; => 2
    """
    if isinstance(container, (str, bytes)):
        index = container.rfind(_mark(container, sought), start)
        return None if index < 0 else index
    found = list(_places(finite(container), sought, start))
    return found[-1] if found else None


@access.builtin("findall")
def find_all(container: Value, sought: Value, start: int = 0) -> Value:
    """The indexes of every occurrence.

    Example:
        (findall "abcabc" "bc")    ; => (1 4)
    """
    if not isinstance(container, (str, bytes)):
        return Integers(_places(finite(container), sought, start))
    mark = _mark(container, sought)
    found = Integers()
    index = container.find(mark, start) if mark else -1
    while index >= 0:
        found.append(index)
        index = container.find(mark, index + len(mark))
    return found


@access.builtin("count")
def count(container: Value, sought: Value, start: int = 0) -> int:
    """How often ``sought`` occurs.

    Example:
        (count '(1 2 1) 1)      ; => 2
        (count "banana" "an")   ; => 2
    """
    if isinstance(container, (str, bytes)):
        return container.count(_mark(container, sought), start)
    if isinstance(container, dict):
        return sum(1 for value in container.values() if value == sought)
    return sum(1 for _ in _places(finite(container), sought, start))


@access.builtin("last")
def last(container: Value) -> Value:
    """The last element or character; ``nil`` when there is none.

    Example:
        (last '(1 2 3))    ; => 3
    """
    if isinstance(container, (list, array, str, bytes)):
        return element(container, -1) if container else None
    if isinstance(container, Foreign):
        return container.at(-1)
    values = elements(container)
    return values[-1] if values else None


def first_of(name: str, value: Value) -> Value:
    """``car``, with errors that speak of ``name``."""
    if isinstance(value, (list, array)):
        return value[0] if value else None
    if isinstance(value, (str, bytes)):
        if not value:
            raise LispError("Empty string")
        return value[:1]
    if isinstance(value, Container):
        return next(value.iterate(), None)
    raise LispError(f"You cannot apply '{name}' to: '{abridged(value)}'")


def rest_of(name: str, value: Value) -> Value:
    """``cdr``, with errors that speak of ``name``."""
    if isinstance(value, (list, array)):
        return alike(value, value[1:]) if len(value) > 1 else None
    if isinstance(value, (str, bytes)):
        if not value:
            raise LispError("Empty string")
        return value[1:]
    if isinstance(value, (LinkedList, Foreign)):
        return value.rest()
    if isinstance(value, Container):
        if is_endless(value):
            return Stream(lambda: islice(value.iterate(), 1, None))
        return LispList(elements(value)[1:]) or None
    raise LispError(f"You cannot apply '{name}' to: '{abridged(value)}'")


@access.builtin("car")
def car(value: Value) -> Value:
    """The first element or character; ``nil`` for an empty list.

    Example:
        (car '(a b))    ; => a
        (car ())        ; => nil
        (car 5)         ; error: Error: You cannot apply 'car' to: '5'
    """
    return first_of("car", value)


@access.builtin("cdr")
def cdr(value: Value) -> Value:
    """The list without its first element, in a list of its own; ``nil`` when nothing is left.

    Example:
        (cdr '(a b c))    ; => (b c)
        (cdr '(a))        ; => nil
    """
    return rest_of("cdr", value)


_STEPS = {"a": first_of, "d": rest_of}
_LONGEST_DECLARED = 4
_PATH = re.compile("c([ad]{2,})r")
_RUN = re.compile("d*a|d+")


def _declare_path(library: Library, letters: str) -> None:
    name = f"c{letters}r"
    steps = [_STEPS[letter] for letter in reversed(letters)]
    nested = " of the ".join(f"c{letter}r" for letter in letters)
    example: Value = LispList([Symbol("x")]) if letters[0] == "d" else Symbol("x")
    answer = display(example)
    for letter in letters:
        example = LispList([example] if letter == "a" else [Symbol("o"), *example])

    def step_by_step(value: Value) -> Value:
        found = steps[0](name, value)
        for step in steps[1:]:
            if found is None or (isinstance(found, list) and not found):
                raise LispError(f"No more elements to traverse with '{name}'")
            found = step(name, found)
        return found

    moves = [(run.count("d"), run.endswith("a")) for run in _RUN.findall(letters[::-1])]

    def traverse(value: Value) -> Value:
        found = value
        for skipped, takes_first in moves:
            if not isinstance(found, (list, array)) or len(found) <= skipped:
                return step_by_step(value)
            found = found[skipped] if takes_first else alike(found, found[skipped:])
        return found

    traverse.__name__ = name
    traverse.__doc__ = f"""The {nested} of ``value``.

    Example:
        ({name} '{display(example)})    ; => {answer}
    """
    library.add(name, traverse)


for _length in range(2, _LONGEST_DECLARED + 1):
    for _letters in product("ad", repeat=_length):
        _declare_path(access, "".join(_letters))


def longer_path(name: str) -> Library | None:
    """A library of the one instruction ``c[ad]…r`` of that name, if ``name`` is one."""
    found = _PATH.fullmatch(name)
    if found is None:
        return None
    library = Library(access.name)
    _declare_path(library, found[1])
    return library
