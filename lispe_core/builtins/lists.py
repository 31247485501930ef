"""Building lists."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from lispe_core.containers import (
    alike,
    byte_string,
    clone,
    converted,
    elements,
    finite,
    index_of,
)
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import LispList, Stringbytes, Strings, Value
from lispe_core.library import Library
from lispe_core.linked_lists import Link, LinkedList
from lispe_core.matrices import grouped
from lispe_core.memory import NUMBER, POINTER, require_room
from lispe_core.printer import display
from lispe_core.quotation import quoted_value
from lispe_core.reader import read
from lispe_core.streams import Range, steps
from lispe_core.typed_lists import (
    Floats,
    Integers,
    Numbers,
    Shorts,
    TypedList,
    counted,
)

lists = Library("lists")


@lists.builtin("list")
def list_of(*values: Value) -> LispList:
    """The operands as a list.

    Example:
        (list 1 "a" 'b)    ; => (1 "a" b)
        (list)             ; => ()
    """
    return LispList(values)


@lists.builtin("llist")
def linked_list_of(*values: Value) -> LinkedList:
    """The operands as a linked list.

    Example:
        (llist 1 2 3)    ; => (1 2 3)
    """
    return LinkedList(values)


def spread(values: Iterable[Value], visited: set[int] | None = None) -> Iterator[Value]:
    """The values, lists among them replaced by their elements.

    Raises:
        LispError: A list holds itself: it is one of those that are ``visited``.
    """
    visited = set() if visited is None else visited
    for value in values:
        if isinstance(value, (list, array, Container)):
            if id(value) in visited:
                raise LispError("a list that holds itself has no end")
            visited.add(id(value))
            yield from spread(elements(value), visited)
            visited.remove(id(value))
        else:
            yield value


def _typed(kind: type[TypedList], values: tuple[Value, ...]) -> TypedList:
    if len(values) == 1:
        only = values[0]
        if isinstance(only, kind):
            return kind(only)
        if isinstance(only, Range):
            values = tuple(elements(only))
    return kind.converted(spread(values))


@lists.builtin("integers")
def integers(*values: Value) -> TypedList:
    """The operands, and the elements of lists among them, as integers.

    Example:
        (integers 1 2.7 "3")           ; => (1 2 3)
        (integers (strings "1" "2"))   ; => (1 2)
    """
    return _typed(Integers, values)


@lists.builtin("numbers")
def numbers(*values: Value) -> TypedList:
    """The operands, and the elements of lists among them, as numbers.

    Example:
        (numbers 1 2.5)    ; => (1 2.5)
    """
    return _typed(Numbers, values)


@lists.builtin("floats")
def floats(*values: Value) -> TypedList:
    """The operands, and the elements of lists among them, as 32-bit numbers.

    Example:
        (floats 1 2.5)    ; => (1 2.5)
    """
    return _typed(Floats, values)


@lists.builtin("shorts")
def shorts(*values: Value) -> TypedList:
    """The operands, and the elements of lists among them, as 16-bit integers.

    Example:
        (shorts 1 2)    ; => (1 2)
    """
    return _typed(Shorts, values)


@lists.builtin("strings")
def strings(*values: Value) -> Strings:
    """The operands, and the elements of lists among them, as text.

    Example:
        (strings "a" 1)    ; => ("a" "1")
    """
    return Strings(display(value) for value in spread(values))


@lists.builtin("stringbytes")
def byte_strings(*values: Value) -> Stringbytes:
    """The operands, and the elements of lists among them, as byte strings.

    Example:
        (stringbytes "a" "b")    ; => ("a" "b")
    """
    return Stringbytes(map(byte_string, spread(values)))


@lists.builtin("cons")
def cons(first: Value, rest: Value) -> Value:
    """A new list with ``first`` in front of ``rest``; of another scalar, a linked pair.

    Example:
        (cons 'a '(b c))    ; => (a b c)
        (cons 1 ())         ; => (1)
        (cons 'a 'b)        ; => (a . b)
    """
    if rest is None:
        return LispList([first])
    if isinstance(rest, (list, array)):
        return alike(rest, [converted(rest, first), *rest])
    if isinstance(rest, LinkedList):
        return LinkedList(first=Link(first, rest.first))
    if isinstance(rest, Container):
        return LispList([first, *elements(rest)])
    return LinkedList(first=Link(first, rest))


@lists.builtin("consb")
def cons_behind(values: Value, last: Value) -> Value:
    """A new list with ``last`` at the end of ``values``; a scalar comes in front of a list.

    Example:
        (consb '(a b) 'c)    ; => (a b c)
        (consb 'a '(b c))    ; => (a b c)
    """
    if not isinstance(values, (list, array, Container)):
        return LispList([last]) if values is None else cons(values, last)
    return alike(values, [*elements(values), converted(values, last)])


def _range(first: Value, last: Value, step: Value, inclusive: bool) -> Value:
    if isinstance(first, str) and isinstance(last, str):
        return _characters(first, last, index_of(step))
    if not all(isinstance(operand, (int, float)) for operand in (first, last, step)):
        raise LispError("a range needs three numbers, or two characters and a step")
    if step == 0:
        raise LispError("the step of a range cannot be zero")
    count = steps(first, last, step, inclusive)
    require_room(count, NUMBER)
    if all(isinstance(operand, int) for operand in (first, last, step)):
        numbers = range(first, first + count * step, step)
        return counted(Integers, numbers) if count else LispList()
    return Numbers([float(first + index * step) for index in range(count)]) if count else LispList()


def _characters(first: str, last: str, step: int) -> Strings:
    if not first or not last or step == 0:
        raise LispError("a range of characters needs two characters and a step")
    end = ord(last[0]) + (1 if step > 0 else -1)
    return Strings(chr(code) for code in range(ord(first[0]), end, step))


@lists.builtin("range")
def range_of(first: Value, last: Value, step: Value) -> Value:
    """The numbers from ``first`` up to, but excluding, ``last``.

    Example:
        (range 0 10 3)       ; => (0 3 6 9)
        (range "a" "d" 1)    ; => ("a" "b" "c" "d")
        (range 3 0 1)        ; => ()
    """
    return _range(first, last, step, inclusive=False)


@lists.builtin("rangein")
def range_including(first: Value, last: Value, step: Value) -> Value:
    """The numbers from ``first`` up to and including ``last``.

    Example:
        (rangein 0 6 3)    ; => (0 3 6)
    """
    return _range(first, last, step, inclusive=True)


def _lazy(first: Value, last: Value, step: Value, inclusive: bool) -> Range:
    if step is None:
        return Range(first, last)
    return Range(first, step, last, inclusive=inclusive)


@lists.builtin("irange")
def lazy_range(first: Value, last: Value, step: Value = None) -> Range:
    """The numbers of ``range``, made while they are visited; of two operands, without end.

    Example:
        (list (take 3 (irange 1 2)))    ; => ((1 3 5))
        (irange 0 10 2)                 ; => (irange 0 2)
    """
    return _lazy(first, last, step, inclusive=False)


@lists.builtin("irangein")
def lazy_range_including(first: Value, last: Value, step: Value = None) -> Range:
    """The numbers of ``rangein``, made while they are visited.

    Example:
        (maplist '+ (irangein 1 3 1))    ; => (1 2 3)
    """
    return _lazy(first, last, step, inclusive=True)


def _iota(first: int, counts: tuple[int | float, ...]) -> Value:
    made = LispList()
    for count in counts:
        require_room(int(count), NUMBER)
        if count <= 0:
            made.append(LispList())
        elif isinstance(count, float):
            made.append(counted(Numbers, range(first, first + int(count))))
        else:
            made.append(counted(Integers, range(first, first + count)))
    return made[0] if len(made) == 1 else made


@lists.builtin("iota", "⍳")
def iota(count: float, *counts: float) -> Value:
    """The numbers 1 to ``count``; one list for each operand.

    Example:
        (iota 5)     ; => (1 2 3 4 5)
        (iota 2 3)   ; => ((1 2) (1 2 3))
    """
    return _iota(1, (count, *counts))


@lists.builtin("iota0", "⍳0")
def iota_from_zero(count: float, *counts: float) -> Value:
    """The numbers 0 to ``count`` - 1; one list for each operand.

    Example:
        (iota0 5)    ; => (0 1 2 3 4)
    """
    return _iota(0, (count, *counts))


@lists.builtin("enum")
def enumerated(values: Value, start: int = 0) -> LispList:
    """The elements in pairs with their index.

    Example:
        (enum '(a b))      ; => ((0 a) (1 b))
        (enum '(a b) 1)    ; => ((1 a) (2 b))
    """
    return LispList(LispList(pair) for pair in enumerate(finite(values), start))


@lists.builtin("replicate")
def replicate(count: int, value: Value) -> Value:
    """``count`` copies of ``value``.

    Example:
        (replicate 3 'a)    ; => (a a a)
    """
    require_room(count, POINTER)
    return LispList(clone(value) for _ in range(count))


@lists.builtin("to_list", "⊂")
def to_list(values: Value, count: int | None = None) -> Value:
    """A plain list of the elements of a container; with ``count``, copies of the value.

    A text is read: the list of the atoms and lists in it.

    Example:
        (to_list (set 1 2))        ; => (1 2)
        (to_list 'a 2)             ; => (a a)
        (to_list "a (b 2) [c]")    ; => (a (b 2) (c))
    """
    if count is not None:
        return replicate(count, values)
    if isinstance(values, str):
        return LispList(map(quoted_value, read(values, "<to_list>")))
    return LispList(elements(values))


@lists.builtin("to_llist")
def to_linked_list(values: Value) -> LinkedList:
    """A linked list of the elements of a container.

    Example:
        (to_llist '(1 2))    ; => (1 2)
    """
    return LinkedList(elements(values))


@lists.builtin("to_tensor", "⊃")
def to_tensor(values: Value) -> Value:
    """A typed list or matrix of regular values, else the list itself.

    Example:
        (type (to_tensor '(1 2)))    ; => integers_
    """
    if not isinstance(values, list):
        return values
    return grouped([to_tensor(value) for value in values])
