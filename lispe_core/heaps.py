"""The ``heap_``: values kept in the order of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import Value
from lispe_core.printer import sequence

Comparison = Callable[[Value, Value], Value]


class Heap(Container):
    """A sorted list; ``comparison`` answers -1, 0 or 1."""

    __slots__ = ("comparison", "values")
    type_name = "heap_"

    def __init__(self, comparison: Comparison, values: Iterable[Value] = ()) -> None:
        self.comparison = comparison
        self.values: list[Value] = []
        for value in values:
            self.add(value)

    def add(self, value: Value) -> None:
        """Insert ``value`` behind its equals."""
        low, high = 0, len(self.values)
        while low < high:
            middle = (low + high) // 2
            if self._order(value, self.values[middle]) < 0:
                high = middle
            else:
                low = middle + 1
        self.values.insert(low, value)

    def _order(self, left: Value, right: Value) -> float:
        order = self.comparison(left, right)
        if isinstance(order, (int, float)):
            return order
        raise LispError("the comparison of a heap answers -1, 0 or 1")

    def __len__(self) -> int:
        return len(self.values)

    def __delitem__(self, index: int) -> None:
        del self.values[index]

    def __eq__(self, other: object) -> bool:
        return self.values == (other.values if isinstance(other, Heap) else other)

    __hash__ = None  # type: ignore[assignment]

    def at(self, key: Value) -> Value:
        """The element at that place of the order."""
        try:
            return self.values[int(key)]
        except (IndexError, TypeError, ValueError):
            raise LispError("index out of bounds") from None

    def size(self) -> int:
        """The number of elements."""
        return len(self.values)

    def iterate(self) -> Iterator[Value]:
        """The elements in order."""
        return iter(self.values)

    def clone(self) -> Heap:
        """A heap of the same elements."""
        copy = Heap(self.comparison)
        copy.values = list(self.values)
        return copy

    def display(self) -> str:
        """The elements in order, as a list."""
        return sequence(self.values)
