"""Lists that programs run as code: they end, and are no larger than can be compiled."""

from __future__ import annotations

from lispe_core.errors import LispError
from lispe_core.forms import Value

MOST_FORMS = 1_000_000


def require_code(form: list[Value]) -> None:
    """Check that ``form`` can be compiled.

    Raises:
        LispError: It holds itself, or more than :data:`MOST_FORMS` elements, counted as often as
            they stand in it.
    """
    if not any(isinstance(each, list) for each in form):
        return
    inside: set[int] = set()
    open_lists: list[tuple[list[Value], int]] = [(form, 0)]
    inside.add(id(form))
    count = 0
    while open_lists:
        held, place = open_lists.pop()
        while place < len(held) and not isinstance(held[place], list):
            place += 1
        count += 1
        if count + place > MOST_FORMS:
            raise LispError("the list is too large to be run as code")
        if place == len(held):
            inside.discard(id(held))
            continue
        open_lists.append((held, place + 1))
        inner = held[place]
        if id(inner) in inside:
            raise LispError("a list that holds itself can't be run as code")
        inside.add(id(inner))
        open_lists.append((inner, 0))
