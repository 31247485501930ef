"""Errors as the app shows them."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from lispe_core.errors import Frame, LispError
from lispe_core.faults import frame_variables
from lispe_core.forms import Value
from workbench.runtime.protocol import ErrorView, FrameView

__all__ = ["SourceLines", "defect_view", "error_view", "folded_trace"]


class SourceLines:
    """The lines last evaluated under each origin.

    A form of a file is evaluated with blank lines in the place of those above it; these stay as
    they were, for functions defined earlier still point there.
    """

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def add(self, origin: str, source: str) -> None:
        """Take the lines of ``source``, but for its blank ones where others are known."""
        fresh = source.split("\n")
        known = self._lines.get(origin, [])
        kept = [line if line.strip() else old for line, old in zip(fresh, known, strict=False)]
        size = len(kept)
        self._lines[origin] = kept + fresh[size:] + known[size:]

    def text(self, origin: str) -> str | None:
        """What is known of ``origin``."""
        return "\n".join(self._lines[origin]) if origin in self._lines else None


def error_view(
    error: LispError,
    source: Callable[[str], str | None],
    line_of: Callable[[Value], str] | None = None,
) -> ErrorView:
    """An error of a program.

    Args:
        error: What went wrong.
        source: Gives the text that was evaluated under an origin.
        line_of: Writes the value of a variable on one line; without it none are shown.
    """
    span = error.span
    held = frame_variables(error) if line_of is not None else [[] for _ in error.frames]
    frames = tuple(
        _frame_view(frame, tuple((name, _written(value, line_of)) for name, value in variables))
        for frame, variables in zip(error.frames, held, strict=True)
    )
    if span is None:
        return ErrorView(str(error), hint=error.hint or "", frames=frames)
    lines = (source(span.origin) or "").split("\n")
    return ErrorView(
        message=str(error),
        origin=span.origin,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        source_line=lines[span.line - 1] if 0 < span.line <= len(lines) else "",
        hint=error.hint or "",
        frames=frames,
    )


def defect_view(defect: BaseException) -> ErrorView:
    """A failure of the workbench itself."""
    what = traceback.format_exception_only(defect)[-1].strip()
    return ErrorView(
        message=f"internal error: {what}",
        hint="This is a defect of the workbench, not of the program.",
        trace="".join(traceback.format_exception(defect)),
    )


def folded_trace(defect: BaseException, deepest: int = 6) -> list[str]:
    """The innermost places of a Python traceback, one line each."""
    frames = traceback.extract_tb(defect.__traceback__)[-deepest:]
    return [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]


def _written(value: Value, line_of: Callable[[Value], str] | None) -> str:
    try:
        return line_of(value) if line_of is not None else ""
    except LispError:  # the program makes the value while it is written, and fails again
        return "…"


def _frame_view(frame: Frame, held: tuple[tuple[str, str], ...]) -> FrameView:
    if frame.span is None:
        return FrameView(frame.name, "", 0, 0, held)
    return FrameView(frame.name, frame.span.origin, frame.span.line, frame.span.column, held)
