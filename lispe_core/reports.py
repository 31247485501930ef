"""Errors as people read them: message, place, source line, advice, call stack."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from lispe_core.errors import Frame, LispError
from lispe_core.faults import frame_variables
from lispe_core.forms import Span, Value
from lispe_core.printer import written

_MOST_FRAMES = 12
_LONGEST_VALUE = 60


def report(
    error: LispError, source: Callable[[str], str | None], *, variables: bool = False
) -> str:
    """The report of an error, over several lines.

    Args:
        error: What went wrong.
        source: Gives the text that was evaluated under an origin, if it is known.
        variables: Whether each call of the stack shows its variables.
    """
    lines = [error.text]
    if error.span is not None:
        lines.append(f"  --> {_place(error.span)}")
        lines.extend(_excerpt(error.span, source(error.span.origin)))
    if error.hint:
        lines.append(f"hint: {error.hint}")
    held = frame_variables(error) if variables else [[] for _ in error.frames]
    lines.extend(_stack(error.frames, held))
    return "\n".join(lines)


def _place(span: Span) -> str:
    """Where ``span`` begins, as editors open it: ``path:line:column``."""
    return f"{span.origin}:{span.line}:{span.column}"


def _excerpt(span: Span, source: str | None) -> list[str]:
    """The source line of ``span`` and a line of marks under it."""
    lines = source.split("\n") if source else []
    if not 0 < span.line <= len(lines):
        return []
    text = lines[span.line - 1].rstrip("\r")
    last = span.end_column - 1 if span.end_line == span.line else len(text.rstrip())
    indent = "".join("\t" if letter == "\t" else " " for letter in text[: span.column - 1])
    number = f"{span.line} | "
    marks = "^" * max(1, last - span.column + 1)
    return [f"  {number}{text}", f"  {' ' * len(number)}{indent}{marks}"]


def _stack(frames: tuple[Frame, ...], held: list[list[tuple[str, Value]]]) -> list[str]:
    """The calls that were running, the innermost first; repeated ones are counted."""
    if len(frames) < 2:
        return []
    calls: list[list[str]] = []
    place = 0
    for (name, span), group in groupby(frames, key=lambda frame: (frame.name, frame.span)):
        times = len(list(group))
        where = f", {_place(span)}" if span else ""
        line = f"  in {name}{where}" + (f" ({times} times)" if times > 1 else "")
        calls.append([line, *(f"       {name} = {_shown(value)}" for name, value in held[place])])
        place += times
    if len(calls) > _MOST_FRAMES:
        calls[_MOST_FRAMES - 2 : -1] = [["  …"]]
    return [line for call in calls for line in call]


def _shown(value: Value) -> str:
    """``value`` on one line that is not too long."""
    try:
        text = written(value).replace("\n", "\\n")
    except Exception as problem:  # a library's value may fail to print; the report goes on
        return f"<{type(problem).__name__}>"
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
