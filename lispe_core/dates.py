"""Dates and instants."""

from __future__ import annotations

import time
from datetime import datetime
from functools import total_ordering

from lispe_core.printer import display, written


@total_ordering
class Date:
    """A ``date_``: a local time of which single parts can be set."""

    __slots__ = ("moment",)
    type_name = "date_"

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __str__(self) -> str:
        return self.moment.strftime("%Y/%m/%d %H:%M:%S")

    def __int__(self) -> int:
        return int(self.moment.timestamp())

    def __float__(self) -> float:
        return self.moment.timestamp()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Date) and self.moment == other.moment

    def __lt__(self, other: object) -> bool:
        return self.moment < other.moment if isinstance(other, Date) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.moment)


class Chronometer:
    """An instant; the difference of two is in milliseconds."""

    __slots__ = ("seconds",)
    type_name = "chrono_"

    def __init__(self) -> None:
        self.seconds = time.perf_counter()

    def __sub__(self, other: object) -> float:
        if not isinstance(other, Chronometer):
            return NotImplemented
        return (self.seconds - other.seconds) * 1000

    def __str__(self) -> str:
        return display(self.seconds * 1000)


@written.register
def _(value: Date) -> str:
    return f'"{value}"'
