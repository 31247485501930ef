"""The variables that code sees which is made while the program runs."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any

from lispe_core import names
from lispe_core.forms import Value
from lispe_core.functions import FunctionInfo
from lispe_core.namespace import PROGRAM_MARK, ROOT
from lispe_core.threads import guard_global

TOP_LEVEL = "top level"
_NIL = names.variable("_")
"""What no program can read: ``_`` means nil."""


class Scope:
    """What ``eval`` reads and writes in a lambda.

    Args:
        parameters: Those of the lambdas around it, the innermost first, by slot.
        home: The variables of the function that they stand in; ``None`` at the top level.
        program: The global variables.
    """

    def __init__(
        self,
        parameters: tuple[dict[str, Value], ...],
        home: dict[str, Value] | Scope | None,
        program: dict[str, Any],
    ) -> None:
        self._parameters = parameters
        self._is_global = home is None
        self._home: dict[str, Any] | Scope = program if home is None else home

    def _holder(self, slot: str) -> dict[str, Any] | Scope:
        return next((held for held in self._parameters if slot in held), self._home)

    def __contains__(self, slot: str) -> bool:
        return slot in self._holder(slot)

    def __getitem__(self, slot: str) -> Value:
        return self._holder(slot)[slot]

    def __setitem__(self, slot: str, value: Value) -> None:
        holder = self._holder(slot)
        if self._is_global and holder is self._home:
            guard_global(names.lisp_name(slot))
        holder[slot] = value

    def get(self, slot: str, default: Value) -> Value:
        """The value of a variable, or ``default`` where there is none."""
        return self._holder(slot).get(slot, default)

    def pop(self, slot: str, default: Value) -> Value:
        """Take away a variable; its value, or ``default`` where there is none."""
        return self._holder(slot).pop(slot, default)

    def items(self) -> list[tuple[str, Value]]:
        """The variables that are no globals, with their values."""
        held: dict[str, Value] = {}
        if not self._is_global:
            held.update(self._home.items())
        for parameters in reversed(self._parameters):
            held.update(parameters)
        return list(held.items())


class Snapshot(Scope):
    """What the caller of a lambda held as data has: assignments give globals their values."""

    def __init__(self, variables: dict[str, Value], program: dict[str, Any]) -> None:
        super().__init__((variables,), None, program)

    def __setitem__(self, slot: str, value: Value) -> None:
        for held in self._parameters:
            held.pop(slot, None)
        super().__setitem__(slot, value)


def variables_of(frame: FrameType | None) -> dict[str, Value]:
    """The variables of a running function of the program, by slot.

    A part of a function that is a Python function of its own has those around it as well: a
    deeply nested block, a comprehension before Python 3.12.
    """
    held: dict[str, Value] = {}
    while frame is not None and PROGRAM_MARK in frame.f_globals:
        held = {**frame.f_locals, **held}
        if lisp_name_of(frame.f_code) is not None:
            break
        frame = frame.f_back
    for slots in [held[name] for name in held if name.startswith(names.FRAME)]:
        held.update(slots.items())
    return {
        slot: value
        for slot, value in held.items()
        if slot.startswith(names.VARIABLE) and type(value).__name__ != "Unset" and slot != _NIL
    }


def calling_frame() -> FrameType | None:
    """The frame of the program's innermost function that runs."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and PROGRAM_MARK not in frame.f_globals:
        frame = frame.f_back
    return frame


def lisp_name_of(code: CodeType) -> str | None:
    """The Lisp name of a function; ``None`` for a part of one."""
    constants = code.co_consts
    if constants and isinstance(constants[-1], FunctionInfo):
        return constants[-1].name
    return TOP_LEVEL if code.co_name == ROOT else None
