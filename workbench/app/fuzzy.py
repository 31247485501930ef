"""Which names a few typed letters may mean, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterable

LEAST = 2
"""Letters from which on a name need not begin with them."""

_BREAKS = str.maketrans("-", "_")


def ranked(letters: str, names: Iterable[str]) -> list[str]:
    """The ``names`` that hold ``letters`` in this order, each once.

    First those that begin with them, by the alphabet. Then the others: the fewer letters stand
    within a word of the name (words are parted by ``_`` or ``-``), the fewer words are left out,
    the fewer leaps lead from letter to letter and the shorter the name, the earlier. Capitals
    count only where some are typed.
    """
    known = dict.fromkeys(names)
    begin = sorted(name for name in known if name.startswith(letters))
    if len(letters) < LEAST:
        return begin
    exact = letters != letters.lower()
    sought = letters.translate(_BREAKS)
    holds = _in_order(sought).search
    others: list[tuple[int, int, int, int, str]] = []
    for name in known:
        spelt = (name if exact else name.lower()).translate(_BREAKS)
        if holds(spelt) and not name.startswith(letters):
            others.append((*_effort(sought, spelt), len(name), name))
    others.sort()
    return begin + [entry[-1] for entry in others]


def shared_start(first: str, last: str) -> str:
    """The beginning in which two names, and so all that are sorted between them, agree."""
    pairs = enumerate(zip(first, last, strict=False))
    length = next((place for place, (a, b) in pairs if a != b), min(len(first), len(last)))
    return first[:length]


def _in_order(letters: str) -> re.Pattern[str]:
    """Finds ``letters`` with anything between them, without ever going back."""
    later = (f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in letters[1:])
    return re.compile(re.escape(letters[0]) + "".join(later), re.DOTALL)


def _effort(letters: str, name: str) -> tuple[int, int, int]:
    """How many letters are met within a word, words left out, and leaps between letters."""
    inner = leaps = place = 0
    for letter in letters:
        if not name.startswith(letter, place):
            leaps += 1
            word = name.find("_" + letter, place)
            found = word + 1 if word >= 0 else name.find(letter, place)
            if found < 0:  # an earlier letter was met too late: the words are not the clue here
                return len(letters), 0, len(letters)
            inner += word < 0
            place = found
        place += 1
    return inner, name.count("_") - leaps + inner, leaps
