"""Transcripts: expressions, each followed by ``; => its printed value`` or ``; error: message``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO
from typing import NamedTuple

from lispe_core.errors import LispError
from lispe_core.interpreter import Interpreter
from lispe_core.printer import display

_ANSWER = re.compile(r"^(?P<source>.*?)\s*; ?(?P<kind>=>|error:) ?(?P<expected>.*)$")


class Exchange(NamedTuple):
    """One expression and what it answers."""

    line: int
    source: str
    expected: str


def exchanges(lines: Iterable[str]) -> list[Exchange]:
    """The expressions of a transcript with their answers."""
    found = []
    pending: list[str] = []
    for number, line in enumerate(lines, 1):
        answer = _ANSWER.match(line)
        if answer is None:
            pending.append(line)
            continue
        source = "\n".join([*pending, answer["source"]])
        found.append(Exchange(number, source, answer["expected"].rstrip()))
        pending.clear()
    if any(line.strip() and not line.lstrip().startswith(";") for line in pending):
        raise ValueError(f"no answer for {pending}")
    return found


def interpreter_for_ada() -> Interpreter:
    """One that prints for nobody, starts no commands, and reads ``Ada`` whatever it asks."""
    return Interpreter(
        output=StringIO(),
        error_output=StringIO(),
        read_line=lambda prompt: "Ada",
        allow_commands=False,
    )


def answer(interpreter: Interpreter, source: str) -> str:
    """The printed value of ``source``, or the message of its error."""
    try:
        return display(interpreter.evaluate(source)).rstrip()
    except LispError as error:
        return str(error)


def differences(interpreter: Interpreter, transcript: list[Exchange]) -> list[str]:
    """Where the interpreter answers something else."""
    found = []
    for line, source, expected in transcript:
        given = answer(interpreter, source)
        if given != expected:
            found.append(
                f"line {line}: {source.strip()}\n  expected {expected}\n  answered {given}"
            )
    return found
