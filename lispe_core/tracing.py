"""Tracing: calls of the program's functions, told as they happen.

Python calls a profiler at each call and return; while nothing is traced there is none, and
tracing costs nothing.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from lispe_core import names
from lispe_core.context import TextOutput
from lispe_core.forms import Symbol
from lispe_core.functions import FunctionInfo
from lispe_core.printer import written

_LONGEST = 60


class Tracer:
    """A profiler that writes a line for each call of a Lisp function and for its value."""

    def __init__(self, output: TextOutput) -> None:
        self._output = output
        self._depth = 0

    def __call__(self, frame: FrameType, event: str, value: Any) -> None:
        """Take an event of the running program."""
        constants = frame.f_code.co_consts
        info = constants[-1] if constants else None
        if not isinstance(info, FunctionInfo):
            return
        if event == "call":
            given = "".join(f" {text}" for text in _arguments(frame, info))
            self._tell(f"({info.name}{given})")
            self._depth += 1
        elif event == "return":
            self._depth = max(0, self._depth - 1)
            self._tell(f"{info.name} => {_short(value)}")

    def _tell(self, text: str) -> None:
        self._output.write(f"{'  ' * self._depth}{text}\n")


def _arguments(frame: FrameType, info: FunctionInfo) -> list[str]:
    parameters = [each[0] if isinstance(each, list) else each for each in info.parameters]
    slots = [names.variable(each.name) for each in parameters if isinstance(each, Symbol)]
    return [_short(frame.f_locals[slot]) for slot in slots if slot in frame.f_locals]


def _short(value: Any) -> str:
    text = written(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def is_tracing() -> bool:
    """Whether calls are being told."""
    return isinstance(sys.getprofile(), Tracer)


def start(output: TextOutput) -> None:
    """Tell calls on ``output`` from now on."""
    sys.setprofile(Tracer(output))


def stop() -> None:
    """Tell no more calls."""
    if is_tracing():
        sys.setprofile(None)
