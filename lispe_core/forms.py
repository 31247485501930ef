"""What LispE values and programs are made of: symbols, truth, lists and source spans.

``nil`` is Python's ``None``; integers, numbers and strings are ``int``, ``float`` and ``str``.
Python's ``True`` is the number 1, so ``true`` is a value of its own, :data:`TRUE`. Typed lists,
dictionaries and the other containers have modules of their own; ``==`` of every value class is
LispE's structural ``=``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import total_ordering
from typing import Any, ClassVar, NamedTuple

from lispe_core.elementwise import Elementwise

Value = Any
"""Any Lisp value: the one place where the type system gives way."""

LITERALS = (int, float, str, complex, bytes)
"""The classes of numbers and texts as they are written."""


class Span(NamedTuple):
    """Where a form stands in its source: lines and columns count from 1, the end is exclusive."""

    origin: str
    line: int
    column: int
    end_line: int
    end_column: int


@total_ordering
class Symbol:
    """An atom. ``Symbol(name)`` gives the same object for the same name."""

    __slots__ = ("__weakref__", "name")
    type_name: ClassVar[str] = "atom_"
    _table: ClassVar[dict[str, Symbol]] = {}
    name: str

    def __new__(cls, name: str) -> Symbol:
        """The one symbol of that name."""
        symbol = cls._table.get(name)
        if symbol is None:
            symbol = object.__new__(cls)
            symbol.name = name
            symbol = cls._table.setdefault(name, symbol)
        return symbol

    @classmethod
    def all(cls) -> list[Symbol]:
        """Every symbol that exists."""
        return list(cls._table.values())

    def __reduce__(self) -> tuple[type[Symbol], tuple[str]]:
        return Symbol, (self.name,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Symbol:
        return self

    def __copy__(self) -> Symbol:
        return self

    def __repr__(self) -> str:
        return self.name

    def __lt__(self, other: object) -> bool:
        return self.name < other.name if isinstance(other, Symbol) else NotImplemented


class Truth:
    """The type of :data:`TRUE`."""

    __slots__ = ()
    type_name = "atom_"

    def __repr__(self) -> str:
        return "true"

    def __reduce__(self) -> str:
        return "TRUE"


class Silence:
    """The type of :data:`EMPTY`, the atom that prints as nothing."""

    __slots__ = ()
    type_name = "atom_"

    def __repr__(self) -> str:
        return ""

    def __reduce__(self) -> str:
        return "EMPTY"


TRUE = Truth()
EMPTY = Silence()


def truth(condition: object) -> Truth | None:
    """``true`` or ``nil``: the answer of a predicate."""
    return TRUE if condition else None


class LispList(Elementwise, list[Value]):
    """A ``list_``: an array of any values, with LispE's operators."""

    __slots__ = ()
    type_name = "list_"

    def regrouped(self, values: Iterable[Value]) -> LispList:
        """A plain list of the results."""
        return LispList(values)


class TextList(LispList):
    """A list that holds text of one kind only, ``holds``."""

    __slots__ = ()
    holds: ClassVar[type]

    def regrouped(self, values: Iterable[Value]) -> LispList:
        """A list of the same type again, when the results are such text."""
        results = list(values)
        kind = type(self) if all(isinstance(value, self.holds) for value in results) else LispList
        return kind(results)


class Strings(TextList):
    """A ``strings_``: a list that holds text only."""

    __slots__ = ()
    type_name = "strings_"
    holds = str


class Stringbytes(TextList):
    """A ``stringbytes_``: a list that holds byte strings only."""

    __slots__ = ()
    type_name = "stringbytes_"
    holds = bytes


class Maybe:
    """What ``catch`` gives after an error: it carries the message."""

    __slots__ = ("message",)
    type_name = "maybe_"

    def __init__(self, message: str) -> None:
        self.message = message

    def __repr__(self) -> str:
        return self.message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Maybe) and self.message == other.message

    def __hash__(self) -> int:
        return hash(self.message)


class SourceText:
    """A text that is read: what turns offsets in it into places."""

    __slots__ = ("_lines", "origin")

    def __init__(self, origin: str, source: str) -> None:
        self.origin = origin
        self._lines = [0, *(found.end() for found in re.finditer("\n", source))]

    def line_start(self, offset: int) -> int:
        """Where the line begins that ``offset`` is in."""
        return self._lines[bisect_right(self._lines, offset) - 1]

    def span(self, start: int, end: int) -> Span:
        """The place of the text from ``start`` to ``end``."""
        lines = self._lines
        first = last = bisect_right(lines, start) - 1
        if last + 1 < len(lines) and lines[last + 1] <= end:
            last = bisect_right(lines, end) - 1
        column, end_column = start - lines[first] + 1, end - lines[last] + 1
        # A third of the time of ``Span(…)``.
        return tuple.__new__(Span, (self.origin, first + 1, column, last + 1, end_column))


class SourceList(LispList):
    """A list as it was read.

    ``bounds`` are offsets in ``text``: where the list begins and ends, and then every element.
    Few places are ever asked for, so they are made when they are.
    """

    __slots__ = ("bounds", "text")
    bounds: Sequence[int]
    text: SourceText

    @property
    def span(self) -> Span:
        """Its own place."""
        return self.text.span(self.bounds[0], self.bounds[1])

    @property
    def spans(self) -> list[Span]:
        """The places of its elements."""
        return [self.span_at(index) for index in range(len(self))]

    def span_at(self, index: int) -> Span:
        """The place of one element."""
        return self.text.span(self.bounds[2 * index + 2], self.bounds[2 * index + 3])

    def picked(self, order: Iterable[int]) -> SourceList:
        """Some of the elements, with their places, in the place of the list."""
        chosen = list(order)
        result = SourceList([self[index] for index in chosen])
        result.text = self.text
        own = (*self.bounds[:2], *(self.bounds[2 * i + j] for i in chosen for j in (2, 3)))
        result.bounds = own
        return result


def same_form(left: Value, right: Value) -> bool:
    """Whether two forms read alike: ``1`` and ``1.0`` do not."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_form, left, right))
    if isinstance(left, DictionaryForm) and isinstance(right, DictionaryForm):
        return same_form(left.parts, right.parts)
    return type(left) is type(right) and bool(left == right)


class DictionaryForm:
    """A dictionary literal ``{k:v …}`` as it was read: keys and values are forms."""

    __slots__ = ("entries", "span", "spans")

    def __init__(
        self, entries: list[tuple[Value, Value]], span: Span, spans: list[tuple[Span, Span]]
    ) -> None:
        self.entries = entries
        self.span = span
        self.spans = spans

    @property
    def parts(self) -> list[Value]:
        """Its keys and values, in the order in which they stand."""
        return [part for entry in self.entries for part in entry]


def symbols_in(forms: Iterable[Value]) -> Iterator[Symbol]:
    """All symbols in ``forms``, however deep; those that stand in several places come again."""
    waiting: list[Value] = list(forms)
    while waiting:
        form = waiting.pop()
        if isinstance(form, Symbol):
            yield form
        elif isinstance(form, list):
            waiting.extend(form)
        elif isinstance(form, DictionaryForm):
            waiting += form.parts
