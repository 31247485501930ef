"""Values that say themselves what Lisp may do with them.

:class:`Container` is the base of every such value. A library whose values need more than to be
stored, passed and printed wraps them in a subclass of :class:`Foreign` and overrides what they
can do; everything else stays an error. Values that need nothing but a printed form can be any
Python object: register them with ``lispe_core.printer.display``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from lispe_core.errors import LispError

if TYPE_CHECKING:
    from lispe_core.forms import Value


class Container:
    """A value with its own way to be read, changed, counted and visited."""

    __slots__ = ()
    type_name: ClassVar[str] = "container_"
    """What ``(type x)`` answers."""

    def display(self) -> str:
        """The printed form."""
        return f"<{self.type_name}>"

    def at(self, key: Value) -> Value:
        """The element under ``key``: one step of ``(@ x key …)``."""
        raise LispError("value cannot be access through index")

    def store(self, key: Value, value: Value) -> None:
        """Put ``value`` under ``key``: ``(set@ x key value)``."""
        raise LispError("value cannot be access through index")

    def size(self) -> int:
        """What ``(size x)`` answers."""
        return 0

    def tally(self) -> int:
        """The number of all elements."""
        return self.size()

    def iterate(self) -> Iterator[Value]:
        """The successive values of ``(loop v x …)``."""
        return iter(())

    def clone(self) -> Value:
        """What ``(clone x)`` answers."""
        return self


class Foreign(Container):
    """An opaque value: true, equal to itself, printed by ``display``."""

    __slots__ = ()
    type_name = "foreign_"

    def __bool__(self) -> bool:
        return True

    def element_in_order(self, key: Value) -> Value:
        """What ``(at x key)`` answers, where that is not what ``(@ x key)`` does."""
        return self.at(key)

    def store_in_order(self, key: Value, value: Value) -> None:
        """Put ``value`` where ``element_in_order`` finds it."""
        self.store(key, value)

    def rest(self) -> Value:
        """All but the first of its values: what ``(cdr x)`` answers."""
        raise LispError(f"You cannot apply 'cdr' to: '{self.display()}'")

    def call(self, arguments: tuple[Value, ...]) -> Value:
        """The value of ``(x argument …)``."""
        raise LispError("Unknown function call", bare=True)
