"""Parameter lists: required, optional and remaining arguments."""

from __future__ import annotations

from typing import NamedTuple

from lispe_core.errors import LispError
from lispe_core.forms import Symbol, Value
from lispe_core.other_languages import PARAMETERS


class Optional(NamedTuple):
    """A parameter that may be left out: ``(x)`` or ``(x default)``."""

    name: str
    default: Value
    place: int
    """Its place in the parameter list."""


class Parameters(NamedTuple):
    """A parameter list as written."""

    required: list[str]
    optional: list[Optional]
    rest: str | None

    def names(self) -> list[str]:
        """The variables that a call binds."""
        optional = [parameter.name for parameter in self.optional]
        return [*self.required, *optional, *([self.rest] if self.rest else [])]


def parameters_of(written: list[Value], *, plain: bool = False) -> Parameters:
    """The parameters that a list describes; ``plain`` allows required ones only."""
    required: list[str] = []
    optional: list[Optional] = []
    rest: str | None = None
    for index, parameter in enumerate(written):
        if rest is not None:
            raise LispError("nothing can follow the list of remaining arguments")
        match parameter:
            case Symbol(name=name) if name in PARAMETERS:
                raise LispError(f"'{name}' is no parameter", hint=PARAMETERS[name])
            case Symbol():
                if optional:
                    raise LispError(
                        "default values should always be at the end of the parameter list"
                    )
                required.append(parameter.name)
            case [Symbol() as name] if not plain:
                optional.append(Optional(name.name, None, index))
            case [[] | None, Symbol() as name] if not plain:
                rest = name.name
            case [Symbol() as name, default] if not plain:
                optional.append(Optional(name.name, default, index))
            case _:
                raise LispError("a parameter is a name, (name), (name default) or (() name)")
    parameters = Parameters(required, optional, rest)
    bound = parameters.names()
    twice = next((word for word in bound if bound.count(word) > 1), None)
    if twice is not None:
        raise LispError(f"two parameters are named '{twice}'")
    return parameters
