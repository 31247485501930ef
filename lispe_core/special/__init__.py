"""The special forms, by topic."""

from __future__ import annotations

from lispe_core.library import Library
from lispe_core.special.access import ACCESS, elements
from lispe_core.special.binding import binding
from lispe_core.special.classes import classes
from lispe_core.special.control import control
from lispe_core.special.evaluation import INTO_SPACES, evaluation
from lispe_core.special.failures import failures
from lispe_core.special.functions import functions
from lispe_core.special.inlining import LITERAL_FUNCTIONS
from lispe_core.special.loops import loops
from lispe_core.special.operators import OPERATORS, Inline
from lispe_core.special.patterns import patterns
from lispe_core.special.spaces import spaces
from lispe_core.special.surroundings import surroundings
from lispe_core.special.text import text
from lispe_core.special.threads import threads

LIBRARIES: tuple[Library, ...] = (
    control,
    binding,
    functions,
    loops,
    failures,
    elements,
    evaluation,
    patterns,
    classes,
    spaces,
    threads,
    text,
    surroundings,
)

INLINE: dict[str, Inline] = {**OPERATORS, **ACCESS, **LITERAL_FUNCTIONS, **INTO_SPACES}
"""Instructions whose calls are written out instead of called."""

__all__ = ["INLINE", "LIBRARIES"]
