"""Errors as people read them: message, place, source line, advice, call stack."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from lispe_core.errors import Frame, LispError
from lispe_core.forms import Span

_MOST_FRAMES = 12


def report(error: LispError, source: Callable[[str], str | None]) -> str:
    """The report of an error, over several lines.

    Args:
        error: What went wrong.
        source: Gives the text that was evaluated under an origin, if it is known.
    """
    lines = [error.text]
    if error.span is not None:
        lines.append(f"  --> {_place(error.span)}")
        lines.extend(_excerpt(error.span, source(error.span.origin)))
    if error.hint:
        lines.append(f"hint: {error.hint}")
    lines.extend(_stack(error.frames))
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


def _stack(frames: tuple[Frame, ...]) -> list[str]:
    """The calls that were running, the innermost first; repeated ones are counted."""
    if len(frames) < 2:
        return []
    lines = []
    for (name, span), group in groupby(frames, key=lambda frame: (frame.name, frame.span)):
        times = len(list(group))
        where = f", {_place(span)}" if span else ""
        lines.append(f"  in {name}{where}" + (f" ({times} times)" if times > 1 else ""))
    if len(lines) > _MOST_FRAMES:
        lines[_MOST_FRAMES - 2 : -1] = ["  …"]
    return lines
