"""Name spaces: functions of the same name side by side.

A function of the space ``geometry`` has a full name, ``geometry'area``, which no program can
write. The current space is that of the code being compiled, or of the ``space`` that runs.
"""

from __future__ import annotations

from contextvars import ContextVar

from lispe_core.errors import LispError
from lispe_core.forms import Symbol, Value

MAIN = "mainspace_"
SEPARATOR = "'"
_current: ContextVar[str] = ContextVar("lispe_space", default="")


def current_space() -> str:
    """The name of the current space; nothing for the main one."""
    return _current.get()


def enter_space(name: str) -> None:
    """Make ``name`` the current space."""
    _current.set(name)


class inside_space:  # used as a function
    """While ``name`` is the current space."""

    __slots__ = ("_name", "_token")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._token = _current.set(self._name)

    def __exit__(self, *exception: object) -> None:
        _current.reset(self._token)


def leaving_as_found() -> inside_space:
    """A block after which the current space is the one before it."""
    return inside_space(_current.get())


def qualified(name: str) -> str:
    """The full name of a function of the current space."""
    space = _current.get()
    return f"{space}{SEPARATOR}{name}" if space else name


def plain_name(name: str) -> str:
    """A full name without its space."""
    return name.rpartition(SEPARATOR)[2]


def space_named(value: Value) -> str:
    """The space that an operand names: an atom, quoted or not, or text."""
    if isinstance(value, list) and len(value) == 2 and value[0] is Symbol("quote"):
        value = value[1]
    if not isinstance(value, (Symbol, str)) or SEPARATOR in str(value):
        raise LispError("a space is named by an atom")
    return "" if str(value) == MAIN else str(value)
