"""Errors as the app shows them."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

from lispe_core.errors import Frame, LispError
from workbench.runtime.protocol import ErrorView, FrameView

__all__ = ["defect_view", "error_view", "folded_trace", "report"]


def error_view(error: LispError, sources: Mapping[str, str]) -> ErrorView:
    """An error of a program; ``sources`` are the texts by origin that are in no file."""
    span = error.span
    frames = tuple(_frame_view(frame) for frame in error.frames)
    if span is None:
        return ErrorView(str(error), hint=error.hint or "", frames=frames)
    text = sources.get(span.origin)
    lines = (_file_text(span.origin) if text is None else text).splitlines()
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


def report(view: ErrorView) -> str:
    """The error as text: sentence, place, source line with a mark under the form, stack, hint."""
    lines = [view.message]
    if view.origin:
        lines.append(f"  {place(view)}")
    if view.source_line:
        last = view.end_column if view.end_line == view.line else len(view.source_line) + 1
        blanks = "".join(" " if sign != "\t" else sign for sign in view.source_line)
        mark = blanks[: view.column - 1] + "^" * max(1, last - view.column)
        lines += [f"    {view.source_line}", f"    {mark}"]
    if len(view.frames) > 1:
        lines += [f"  in {frame.name} at {place(frame)}" for frame in view.frames if frame.origin]
    if view.hint:
        lines.append(f"  hint: {view.hint}")
    return "\n".join(lines) + "\n"


def place(where: ErrorView | FrameView) -> str:
    """``file:line:column``."""
    return f"{where.origin}:{where.line}:{where.column}"


def folded_trace(defect: BaseException, deepest: int = 6) -> list[str]:
    """The innermost places of a Python traceback, one line each."""
    frames = traceback.extract_tb(defect.__traceback__)[-deepest:]
    return [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]


def _frame_view(frame: Frame) -> FrameView:
    if frame.span is None:
        return FrameView(frame.name, "", 0, 0)
    return FrameView(frame.name, frame.span.origin, frame.span.line, frame.span.column)


def _file_text(origin: str) -> str:
    try:
        return Path(origin).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
