"""Sets: ``set_`` of any values in insertion order; ``set_s_``, ``set_i_``, ``set_n_`` sorted."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator
from typing import ClassVar

from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import Value
from lispe_core.printer import display, written
from lispe_core.scalars import to_integer, to_number

_SCALARS = frozenset({int, str, float})


def fingerprint(value: Value) -> Hashable:
    """Something hashable that is equal for values that are ``=``."""
    if type(value) in _SCALARS:
        return value  # type: ignore[no-any-return]
    if isinstance(value, (list, array)):
        return (list, *map(fingerprint, value))
    if isinstance(value, dict):
        return (dict, frozenset((key, fingerprint(content)) for key, content in value.items()))
    if isinstance(value, LispSet):
        return (LispSet, frozenset(value.members))
    if isinstance(value, Container) and type(value).__hash__ is None:
        return (list, *map(fingerprint, value.iterate()))
    hashed: Hashable = value
    return hashed


class LispSet(Container):
    """A ``set_``: unique values, by ``=``."""

    __slots__ = ("members",)
    type_name: ClassVar[str] = "set_"
    members: dict[Hashable, Value]

    def __init__(self, values: Iterable[Value] = ()) -> None:
        self.members = {}
        for value in values:
            self.add(value)

    @staticmethod
    def convert(value: Value) -> Value:
        """``value`` as a member."""
        return value

    def add(self, value: Value) -> None:
        """Make ``value`` a member."""
        member = self.convert(value)
        self.members.setdefault(fingerprint(member), member)

    def remove(self, value: Value) -> bool:
        """Remove ``value``; whether it was a member."""
        mark = fingerprint(self.convert(value))
        found = mark in self.members
        self.members.pop(mark, None)
        return found

    def __contains__(self, value: Value) -> bool:
        return fingerprint(value) in self.members

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Value]:
        return iter(list(self.members.values()))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LispSet):
            return self.members.keys() == other.members.keys()
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def display(self) -> str:
        """The members between braces."""
        return "{" + " ".join([written(member) for member in self]) + "}"

    def at(self, key: Value) -> Value:
        """The member of that place in the order."""
        try:
            return list(self)[int(key)]
        except (IndexError, ValueError, TypeError):
            raise LispError("index out of bounds") from None

    def size(self) -> int:
        """The number of members."""
        return len(self.members)

    def iterate(self) -> Iterator[Value]:
        """The members as they were when the visit began."""
        return iter(self)

    def clone(self) -> LispSet:
        """A set of the same members."""
        return type(self)(self)


class SortedSet(LispSet):
    """What the typed sets share: members are visited in ascending order."""

    __slots__ = ()

    def add(self, value: Value) -> None:
        """Make ``value`` a member: a scalar, which needs no fingerprint."""
        member = self.convert(value)
        self.members.setdefault(member, member)

    def __iter__(self) -> Iterator[Value]:
        return iter(sorted(self.members.values()))


class StringSet(SortedSet):
    """A ``set_s_``."""

    __slots__ = ()
    type_name = "set_s_"
    convert = staticmethod(display)


class IntegerSet(SortedSet):
    """A ``set_i_``."""

    __slots__ = ()
    type_name = "set_i_"
    convert = staticmethod(to_integer)


class NumberSet(SortedSet):
    """A ``set_n_``."""

    __slots__ = ()
    type_name = "set_n_"
    convert = staticmethod(to_number)
