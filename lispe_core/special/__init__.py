"""The special forms, by topic."""

from __future__ import annotations

from lispe_core.library import Library
from lispe_core.special.access import elements
from lispe_core.special.binding import binding
from lispe_core.special.control import control
from lispe_core.special.evaluation import evaluation
from lispe_core.special.failures import failures
from lispe_core.special.functions import functions
from lispe_core.special.inlining import INLINE
from lispe_core.special.loops import loops
from lispe_core.special.surroundings import surroundings
from lispe_core.special.text import text

LIBRARIES: tuple[Library, ...] = (
    control,
    binding,
    functions,
    loops,
    failures,
    elements,
    evaluation,
    text,
    surroundings,
)

__all__ = ["INLINE", "LIBRARIES"]
