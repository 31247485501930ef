"""The ``llist_``: a linked list, cheap at both ends, which may be cyclic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import LispList, Value
from lispe_core.printer import written


class Link:
    """One cell: a value and the cell behind it.

    ``next`` is another cell, ``None`` at the end, or the value of a pair's dotted tail.
    """

    __slots__ = ("next", "value")

    def __init__(self, value: Value, behind: Value = None) -> None:
        self.value = value
        self.next = behind


class LinkedList(Container):
    """A chain of cells; ``first`` is ``None`` when it is empty."""

    __slots__ = ("first",)
    type_name = "llist_"

    def __init__(self, values: Iterable[Value] = (), *, first: Link | None = None) -> None:
        self.first = first
        for value in reversed(list(values)):
            self.push_first(value)

    def _cells(self) -> Iterator[Link]:
        """The cells in order, each once."""
        seen: set[int] = set()
        cell: Value = self.first
        while isinstance(cell, Link) and id(cell) not in seen:
            seen.add(id(cell))
            yield cell
            cell = cell.next

    def _last(self) -> Link | None:
        last = None
        for cell in self._cells():
            last = cell
        return last

    def is_cyclic(self) -> bool:
        """Whether the last cell leads back into the list."""
        last = self._last()
        return last is not None and isinstance(last.next, Link)

    def __len__(self) -> int:
        return sum(1 for _ in self._cells())

    def __bool__(self) -> bool:
        return self.first is not None

    def __iter__(self) -> Iterator[Value]:
        return (cell.value for cell in self._cells())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LinkedList):
            return self._plain() == other._plain()
        return LispList(self) == other

    __hash__ = None  # type: ignore[assignment]

    def _plain(self) -> tuple[list[Value], bool]:
        return list(self), self.is_cyclic()

    def push_first(self, value: Value) -> None:
        """Put ``value`` in front."""
        self.first = Link(value, self.first)

    def push_last(self, value: Value) -> None:
        """Put ``value`` at the end."""
        self.append_cells(Link(value))

    def append_cells(self, cells: Link | None) -> None:
        """Lead from the last cell to ``cells``; to its own first one makes a cycle."""
        last = self._last()
        if last is None:
            self.first = cells
        elif not isinstance(last.next, Link):
            last.next = cells

    def remove(self, index: int) -> bool:
        """Remove the element at ``index``; whether there was one."""
        before: Link | None = None
        for position, cell in enumerate(self._cells()):
            if position == index:
                if before is None:
                    self.first = cell.next if isinstance(cell.next, Link) else None
                else:
                    before.next = cell.next
                return True
            before = cell
        return False

    def rest(self) -> LinkedList | None:
        """The list behind the first cell, sharing its cells."""
        behind = self.first.next if self.first else None
        return LinkedList(first=behind) if isinstance(behind, Link) else None

    def _cell(self, key: Value) -> Link:
        cells = list(self._cells())
        try:
            return cells[int(key)]
        except (IndexError, TypeError, ValueError):
            raise LispError("index out of bounds") from None

    def at(self, key: Value) -> Value:
        """The element of that index."""
        return self._cell(key).value

    def store(self, key: Value, value: Value) -> None:
        """Replace the element of that index."""
        self._cell(key).value = value

    def size(self) -> int:
        """The number of cells."""
        return len(self)

    def iterate(self) -> Iterator[Value]:
        """The elements, a cycle once around."""
        return iter(self)

    def clone(self) -> LinkedList:
        """A list of the same elements; a dotted tail stays."""
        last = self._last()
        tail = None if last is None or isinstance(last.next, Link) else last.next
        return linked(self, tail)

    def display(self) -> str:
        """The elements; a dotted tail behind ``.``, a cycle as ``...``."""
        parts = [written(value) for value in self]
        last = self._last()
        if last is not None and last.next is not None:
            parts += ["..."] if isinstance(last.next, Link) else [".", written(last.next)]
        return f"({' '.join(parts)})"


def linked(values: Iterable[Value], tail: Value) -> LinkedList:
    """``values`` with a dotted ``tail`` behind the last of them: another list, or a scalar."""
    cells: Value = tail.first if isinstance(tail, LinkedList) else tail
    for value in reversed(list(values)):
        cells = Link(value, cells)
    return LinkedList(first=cells)
