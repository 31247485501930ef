"""Changing lists in place: most of these return the list they changed."""

from __future__ import annotations

from array import array
from functools import cmp_to_key
from typing import Any

from lispe_core.calls import callable_of, through_c
from lispe_core.containers import alike, clone, converted, elements, index_of, iterate
from lispe_core.dictionaries import key_of, keys_list
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Stringbytes, Strings, Symbol, Value
from lispe_core.heaps import Heap
from lispe_core.library import Library
from lispe_core.linked_lists import LinkedList
from lispe_core.printer import abridged, display
from lispe_core.sets import LispSet, fingerprint
from lispe_core.typed_lists import TypedList

changes = Library("changing lists")

_HASHED = frozenset({int, float, str, Symbol})
"""The types whose values are equal, in Python, when they are ``=``."""
_ORDERS = {"<": False, ">": True}


def _refused(name: str, container: Value) -> LispError:
    return LispError(f"cannot apply '{name}' to '{abridged(container)}'")


def _append(name: str, container: Value, value: Value) -> None:
    if isinstance(container, TypedList):
        _grown(container, value)
    elif isinstance(container, list):
        container.append(converted(container, value))
    elif isinstance(container, LinkedList):
        container.push_last(value)
    elif isinstance(container, (LispSet, Heap)):
        container.add(value)
    else:
        raise _refused(name, container)


def _grown(container: TypedList, value: Value) -> None:
    try:
        container.append(container.convert(value))
    except OverflowError:
        raise LispError(f"number too large for '{container.type_name}'") from None
    except BufferError:
        raise LispError("a list whose memory is lent out cannot change its size") from None


@changes.builtin("push", in_place=True)
def push(container: Value, *values: Value) -> Value:
    """Append the values; in front of a linked list, into a set.

    Example:
        (push '(1 2) 3)    ; => (1 2 3)
        (push "ab" "c")    ; => abc
    """
    if type(container) is LispList:
        container.extend(values)
        return container
    if isinstance(container, LinkedList):
        return push_first(container, *values)
    return push_last(container, *values)


@changes.builtin("pushlast", in_place=True)
def push_last(container: Value, *values: Value) -> Value:
    """Append the values at the end.

    Example:
        (pushlast '(1) 2 3)    ; => (1 2 3)
    """
    if isinstance(container, (str, bytes)):
        return alike(container, [container, *values])
    for value in values:
        _append("push", container, value)
    return container


@changes.builtin("pushfirst", in_place=True)
def push_first(container: Value, *values: Value) -> Value:
    """Put the values in front, one by one: the last operand ends up first.

    Example:
        (pushfirst '(1) 2 3)    ; => (3 2 1)
    """
    for value in values:
        if isinstance(container, (str, bytes)):
            container = alike(container, [value, container])
        elif isinstance(container, (list, array)):
            container.insert(0, converted(container, value))
        elif isinstance(container, LinkedList):
            container.push_first(value)
        else:
            raise _refused("pushfirst", container)
    return container


@changes.builtin("pushtrue", in_place=True)
def push_true(container: Value, *values: Value) -> Value:
    """Append those of the values that are true.

    Example:
        (pushtrue '(1) 0 2 nil)    ; => (1 2)
    """
    return push(container, *[value for value in values if value])


def _removed(container: Value, index: int) -> Value:
    if isinstance(container, (str, bytes)):
        if not -len(container) <= index < len(container):
            return None
        place = index % len(container)
        return alike(container, [container[:place], container[place + 1 :]])
    if isinstance(container, LinkedList):
        return container if container.remove(index % max(1, len(container))) else None
    if not isinstance(container, (list, array, Heap)):
        raise _refused("pop", container)
    try:
        del container[index]
    except IndexError:
        return None
    return container


@changes.builtin("pop", in_place=True)
def pop(container: Value, key: Value = None) -> Value:
    """Remove the last element, the element at an index, a key or a member.

    The container; ``nil`` when nothing was removed.

    Example:
        (pop '(1 2 3))            ; => (1 2)
        (pop '(1 2 3) 0)          ; => (2 3)
        (pop {"a":1 "b":2} "a")   ; => {"b":2}
        (pop ())                  ; => nil
    """
    if isinstance(container, LispSet):
        member = list(container)[-1:] if key is None else [key]
        return container if any(container.remove(value) for value in member) else None
    if isinstance(container, dict):
        return _without_key(container, key)
    if key is None:
        return _removed(container, 0 if isinstance(container, LinkedList) else -1)
    return _removed(container, index_of(key))


def _without_key(dictionary: Any, key: Value) -> Value:
    if key is None and dictionary:
        key = list(dictionary)[-1]
    mark = key_of(dictionary, key)
    if mark not in dictionary:
        return None
    del dictionary[mark]
    return dictionary


@changes.builtin("popfirst", in_place=True)
def pop_first(container: Value) -> Value:
    """Remove the first element; ``nil`` when there is none.

    Example:
        (popfirst '(1 2 3))    ; => (2 3)
    """
    return _removed(container, 0)


@changes.builtin("poplast", in_place=True)
def pop_last(container: Value) -> Value:
    """Remove the last element; ``nil`` when there is none.

    Example:
        (poplast '(1 2 3))    ; => (1 2)
    """
    return _removed(container, -1)


@changes.builtin("insert", in_place=True)
def insert(container: Value, value: Value, place: Value = None) -> Value:
    """Put ``value`` at an index, or where a comparison such as ``'<`` keeps the order.

    Without a place, or beyond the end, it is appended.

    Example:
        (insert '(1 2) 'a 1)      ; => (1 a 2)
        (insert '(1 5 9) 7 '<)    ; => (1 5 7 9)
        (insert '(1) 2 -3)        ; error: Error: Wrong index in 'insert'
    """
    if isinstance(container, (LispSet, Heap)):
        container.add(value)
        return container
    if place is None:
        return push_last(container, value)
    if not isinstance(place, (int, float)):
        precedes = callable_of(place, "map", 2)
        ranked = elements(container)
        place = next((i for i, held in enumerate(ranked) if precedes(value, held)), len(ranked))
    index = int(place)
    if index < 0:
        raise LispError("Wrong index in 'insert'")
    if isinstance(container, (str, bytes)):
        return alike(container, [container[:index], value, container[index:]])
    if isinstance(container, LinkedList):
        values = list(container)
        values.insert(index, value)
        container.first = LinkedList(values).first
        return container
    if not isinstance(container, (list, array)):
        raise _refused("insert", container)
    container.insert(index, converted(container, value))
    return container


@changes.builtin("extend", in_place=True)
def extend(container: Value, values: Value) -> Value:
    """Append the elements of ``values``, or the scalar ``values``.

    Example:
        (extend '(1) '(2 3))    ; => (1 2 3)
    """
    if isinstance(container, LinkedList) and isinstance(values, LinkedList):
        container.append_cells(values.first)
        return container
    scalar = values is None or isinstance(values, (str, bytes, int, float, complex, Symbol))
    return push_last(container, *([values] if scalar else elements(values)))


@changes.builtin("nconc", in_place=True)
def concatenate_into(container: Value = None, *others: Value) -> Value:
    """Append the elements of the other lists to the first.

    Example:
        (nconc '(1) '(2) '(3 4))    ; => (1 2 3 4)
    """
    joined = LispList() if container is None else container
    for other in others:
        joined = extend(joined, other)
    return joined


@changes.builtin("nconcn")
def concatenate(*lists: Value) -> Value:
    """A new list of the elements of all lists.

    Example:
        (nconcn '(1) '(2) '(3 4))    ; => (1 2 3 4)
    """
    return concatenate_into(clone(lists[0]), *lists[1:]) if lists else LispList()


@changes.builtin("swap", in_place=True)
def swap(container: Value, index: int, other: int | None = None) -> Value:
    """Exchange two elements; the second is the one behind the first unless given.

    Example:
        (swap '(a b c) 0)      ; => (b a c)
        (swap '(a b c) 0 2)    ; => (c b a)
    """
    second = index + 1 if other is None else other
    try:
        container[index], container[second] = container[second], container[index]
    except (LookupError, TypeError):
        raise LispError("cannot swap values in this list") from None
    return container


@changes.builtin("reverse", in_place=True)
def reverse(container: Value, copied: Value = None) -> Value:
    """Turn a list or text around, in place unless ``copied`` is true.

    A dictionary gives its values with the lists of their keys.

    Example:
        (reverse '(1 2 3))         ; => (3 2 1)
        (reverse "abc")            ; => cba
        (reverse {"a":1 "b":1})    ; => {"1":("a" "b")}
    """
    if isinstance(container, (str, bytes)):
        return container[::-1]
    if isinstance(container, dict):
        return _inverted(container)
    changed = clone(container) if copied else container
    if isinstance(changed, (list, array)):
        changed.reverse()
    elif isinstance(changed, LinkedList):
        changed.first = LinkedList(list(changed)[::-1]).first
    else:
        raise _refused("reverse", container)
    return changed


def _inverted(dictionary: Any) -> Value:
    result: dict[Value, Value] = {}
    kind = type(keys_list(dictionary))
    for key, value in dictionary.items():
        result.setdefault(display(value), kind()).append(key)
    return result


@changes.builtin("sort", in_place=True)
def sort(order: Value, values: Value) -> Value:
    """Sort a list in place; ``order`` holds when its first operand comes before its second.

    Example:
        (sort '< '(3 1 2))                              ; => (1 2 3)
        (sort (λ (a b) (> (% a 5) (% b 5))) '(5 6 7))   ; => (7 6 5)
    """
    if isinstance(values, (str, bytes)):
        return alike(values, _sorted(order, elements(values)))
    if isinstance(values, LinkedList):
        values.first = LinkedList(_sorted(order, list(values))).first
        return values
    if not isinstance(values, (list, array)):
        raise _refused("sort", values)
    values[:] = alike(values, _sorted(order, list(values)))
    return values


def _sorted(order: Value, values: list[Value]) -> list[Value]:
    sign = order.name if isinstance(order, Symbol) else getattr(order, "__name__", "")
    if sign in _ORDERS:
        try:
            return sorted(values, reverse=_ORDERS[sign])
        except TypeError:
            raise LispError(f"cannot evaluate '{sign}' with these operands") from None
    precedes = callable_of(order, "map", 2)
    if values and precedes(values[0], values[0]):
        raise LispError(
            "The comparison must be strict for a 'sort': it must not hold between equal elements"
        )
    rank = cmp_to_key(lambda left, right: -1 if precedes(left, right) else 1)
    ranked: list[Value] = through_c(lambda: sorted(values, key=rank))()
    return ranked


@changes.builtin("unique")
def unique(values: Value) -> Value:
    """The elements without repetitions, in the order of their first occurrence.

    Example:
        (unique '(1 2 1 3 2))    ; => (1 2 3)
    """
    if isinstance(values, (str, bytes)):
        return values
    held = elements(values)
    if _HASHED.issuperset(map(type, held)):
        return alike(values, dict.fromkeys(held))
    found: dict[Any, Value] = {}
    for value in held:
        found.setdefault(fingerprint(value), value)
    return alike(values, found.values())


@changes.builtin("flatten")
def flatten(value: Value) -> Value:
    """One flat list of all elements; a dictionary gives key, value, key, ….

    Example:
        (flatten '(1 (2 (3 4))))    ; => (1 2 3 4)
        (flatten {"a":1})           ; => ("a" 1)
    """
    if isinstance(value, (TypedList, Strings, Stringbytes)):
        return alike(value, value)
    return LispList(_flat(value))


def _flat(value: Value) -> list[Value]:
    if isinstance(value, dict):
        return [item for key, content in value.items() for item in (key, *_flat(content))]
    if isinstance(value, (list, array, LispSet, LinkedList, Heap)):
        return [item for element in iterate(value) for item in _flat(element)]
    return [value]


@changes.builtin("rotate", "⌽")
def rotate(values: Value, count: int = 1, lines: Value = None) -> Value:
    """The list turned left by ``count``, right when negative; a matrix row by row.

    Example:
        (rotate '(1 2 3 4))       ; => (2 3 4 1)
        (rotate '(1 2 3 4) -1)    ; => (4 1 2 3)
        (rotate "abcd" 2)         ; => cdab
    """
    from lispe_core.matrices import Matrix

    if isinstance(values, Matrix) and not lines:
        return values.regrouped([rotate(row, count) for row in values])
    if not isinstance(values, (str, bytes, list, array)):
        raise _refused("rotate", values)
    if not values:
        return values
    held = elements(values)
    turn = count % len(held)
    return alike(values, held[turn:] + held[:turn])


@changes.builtin("slice", "cutlist")
def cut(values: Value, length: int) -> LispList:
    """Pieces of ``length`` elements; the last may be shorter.

    Example:
        (slice '(1 2 3 4 5) 2)    ; => ((1 2) (3 4) (5))
    """
    if length <= 0:
        raise LispError("'slice' needs a length above zero")
    held = values if isinstance(values, (str, bytes, list, array)) else LispList(elements(values))
    return LispList(
        alike(held, held[start : start + length]) for start in range(0, len(held), length)
    )


@changes.builtin("takenb")
def take_number(count: int, values: Value, from_end: Value = None) -> Value:
    """The first ``count`` elements; the last when it is negative or a third operand is given.

    Example:
        (takenb 2 '(1 2 3))     ; => (1 2)
        (takenb -2 '(1 2 3))    ; => (2 3)
    """
    held = values if isinstance(values, (str, bytes, list, array)) else LispList(elements(values))
    if count >= 0 and from_end is None:
        return alike(held, held[:count])
    return alike(held, held[max(0, len(held) - abs(count)) :])
