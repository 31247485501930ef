"""Lisp names as Python identifiers, reversibly.

Variables and functions are separate slots: the variable ``size`` is ``v_size``, the function
``size`` is ``f_size``. A character that Python has no place for is written as its code point in
hexadecimal between underscores: ``set@`` becomes ``set_40_``.
"""

from __future__ import annotations

import re
from functools import cache

VARIABLE = "v_"
FUNCTION = "f_"
UNDEFINED = "u_"
INSTRUCTION = "b_"
ATOM = "q_"
SUPPORT = "r_"
INLINE = "i_"
FRAME = "t_frame"
"""Holds the variables of a call frame whose code reads names at run time."""

_PLAIN = re.compile(r"[A-Za-z0-9]+\Z")
_SPECIAL = re.compile(r"[^A-Za-z0-9]")
_WRITTEN = re.compile(r"_([0-9a-f]*)_")


@cache
def mangled(name: str) -> str:
    """``name`` in letters, digits and underscores."""
    if _PLAIN.match(name):
        return name
    return _SPECIAL.sub(_written, name)


def _written(found: re.Match[str]) -> str:
    character = found.group()
    return "__" if character == "_" else f"_{ord(character):x}_"


def demangled(identifier: str) -> str:
    """The name that :func:`mangled` turned into ``identifier``."""
    return _WRITTEN.sub(
        lambda found: chr(int(found.group(1), 16)) if found.group(1) else "_", identifier
    )


@cache
def variable(name: str) -> str:
    """The slot of the variable ``name``."""
    return VARIABLE + mangled(name)


@cache
def function(name: str) -> str:
    """The slot of the function ``name``."""
    return FUNCTION + mangled(name)


def lisp_name(slot: str) -> str:
    """The Lisp name of a variable's or function's slot."""
    return demangled(slot[2:])
