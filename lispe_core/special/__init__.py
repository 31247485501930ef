"""The special forms, by topic."""

from __future__ import annotations

from lispe_core.library import Library
from lispe_core.special.binding import binding
from lispe_core.special.control import control
from lispe_core.special.failures import failures
from lispe_core.special.functions import functions
from lispe_core.special.loops import loops
from lispe_core.special.operators import INLINE

LIBRARIES: tuple[Library, ...] = (control, binding, functions, loops, failures)

__all__ = ["INLINE", "LIBRARIES"]
