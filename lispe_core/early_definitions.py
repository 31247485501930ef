"""Functions that a program calls further up than it defines them.

LispE knows all functions of a file before it runs the file. Here definitions take effect where
they stand; those that a form above them needs are evaluated before that form as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lispe_core.forms import Symbol, Value, symbols_in

_DEFINITIONS = frozenset(map(Symbol, ("defun", "dethread", "defpat", "defpred", "defprol")))


class EarlyDefinitions:
    """What the forms of one program need of the definitions below them.

    Args:
        program: The forms.
        is_known: Whether a name means something already.
    """

    def __init__(self, program: list[Value], is_known: Callable[[str], bool]) -> None:
        self._program = program
        self._is_known = is_known
        self._places: dict[Symbol, list[int]] = {}
        for place, form in enumerate(program if len(program) > 1 else ()):
            name = _defined(form)
            if name is not None:
                self._places.setdefault(name, []).append(place)
        self._seen: set[Symbol] = set()

    def needed_by(self, place: int) -> Iterator[int]:
        """The places of the definitions to evaluate before the form at ``place``."""
        form = self._program[place]
        if not self._places or _defined(form) is not None:
            return
        waiting = [form]
        while waiting:
            for name in symbols_in([waiting.pop()]):
                if name in self._seen or name not in self._places:
                    continue
                self._seen.add(name)
                places = self._places[name]
                waiting += [self._program[each] for each in places]
                if places[0] > place and not self._is_known(name.name):
                    yield from places


def _defined(form: Value) -> Symbol | None:
    """The name of the function that ``form`` defines."""
    if not isinstance(form, list) or len(form) < 3 or not isinstance(form[0], Symbol):
        return None
    return form[1] if form[0] in _DEFINITIONS and isinstance(form[1], Symbol) else None
