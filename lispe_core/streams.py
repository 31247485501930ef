"""Sequences that are made while they are visited: ``irange``, ``cycle``, ``repeat`` and maps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import Value
from lispe_core.printer import display, written

_SHOWN = 10


class Stream(Container):
    """A list whose elements are made while it is visited.

    Args:
        make: Starts a new visit.
        endless: Whether a visit may have no end.
        computed: Whether a visit runs functions of the program.
    """

    __slots__ = ("computed", "endless", "make")
    type_name = "list_"

    def __init__(
        self,
        make: Callable[[], Iterator[Value]],
        *,
        endless: bool = True,
        computed: bool = False,
    ) -> None:
        self.make = make
        self.endless = endless
        self.computed = computed

    def __iter__(self) -> Iterator[Value]:
        return self.make()

    def iterate(self) -> Iterator[Value]:
        """A new visit."""
        return self.make()

    def size(self) -> int:
        """The number of elements; 0 when there is no end."""
        return 0 if self.endless else sum(1 for _ in self)

    def display(self) -> str:
        """The first elements.

        Raises:
            LispError: A function that makes them fails.
        """
        try:
            first = [written(value) for value in itertools.islice(self.make(), _SHOWN + 1)]
        except Exception as exception:
            from lispe_core.faults import lisp_error

            error = lisp_error(exception)
            if error is None or error is exception:
                raise
            raise error from exception
        if len(first) > _SHOWN:
            first[_SHOWN] = "..."
        return f"({' '.join(first)})"

    def at(self, key: Value) -> Value:
        """The element of that index."""
        if isinstance(key, (int, float)) and key >= 0:
            for value in itertools.islice(self.make(), int(key), int(key) + 1):
                return value
        raise LispError("index out of bounds")


class Range(Stream):
    """An ``irange``: from ``first`` in steps, up to ``last`` or without end.

    Args:
        first: The first element.
        step: Added from element to element.
        last: Where it ends, ``None`` for never.
        inclusive: Whether ``last`` may be an element.
    """

    __slots__ = ("first", "inclusive", "last", "step")

    def __init__(
        self, first: Value, step: Value, last: Value | None = None, *, inclusive: bool = False
    ) -> None:
        if step == 0:
            raise LispError("the step of a range cannot be zero")
        super().__init__(self._visit, endless=last is None)
        self.first = first
        self.step = step
        self.last = last
        self.inclusive = inclusive

    def _whole(self) -> range | itertools.count[int] | None:
        first, step, last = self.first, self.step, self.last
        if not isinstance(first, int) or not isinstance(step, int):
            return None
        if last is None:
            return itertools.count(first, step)
        if not isinstance(last, int):
            return None
        direction = 1 if step > 0 else -1
        return range(first, last + direction if self.inclusive else last, step)

    def _visit(self) -> Iterator[Value]:
        whole = self._whole()
        return iter(whole) if whole is not None else self._numbers()

    def _numbers(self) -> Iterator[Value]:
        first, step, last = float(self.first), float(self.step), self.last
        if last is None:
            return (first + index * step for index in itertools.count())
        return iter(
            [first + index * step for index in range(steps(first, last, step, self.inclusive))]
        )

    def size(self) -> int:
        """The number of elements; 0 when there is no end."""
        if self.last is None:
            return 0
        return steps(self.first, self.last, self.step, self.inclusive)

    def __bool__(self) -> bool:
        return self.last is None or self.size() > 0

    def display(self) -> str:
        """The call that makes it."""
        return f"(irange {display(self.first)} {display(self.step)})"


def is_endless(value: Value) -> bool:
    """Whether a visit of ``value`` may have no end."""
    return isinstance(value, Stream) and value.endless


def is_computed(value: Value) -> bool:
    """Whether a visit of ``value`` runs functions of the program."""
    return isinstance(value, Stream) and value.computed


def steps(first: Value, last: Value, step: Value, inclusive: bool) -> int:
    """How many elements a range has; none when ``step`` leads away from ``last``."""
    if isinstance(first, int) and isinstance(step, int) and isinstance(last, int):
        span = (last - first) // step
        exact = (last - first) % step == 0
        return max(0, span + (1 if inclusive or not exact else 0))
    quotient = (last - first) / step
    # 10 * 0.1 is 1: what lies this near to an end is that end.
    nearest = round(quotient)
    exact = abs(quotient - nearest) < 1e-9 * max(1.0, abs(quotient))
    count = nearest if exact else int(quotient // 1) + 1
    return max(0, count + (1 if inclusive and exact else 0))
