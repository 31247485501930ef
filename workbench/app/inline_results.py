"""What evaluations came to, shown beside the forms that were evaluated.

Only the display: the text of the editor never changes. A mark stands at the last line of its form,
goes along when lines come and go above, and is gone when its line is edited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.app.drawable import drawable, without_escapes
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    Event,
    SessionRestarted,
)

MOST = 500


@dataclass(slots=True)
class Mark:
    """What stands beside the line ``row``; ``evaluation`` is known once it was asked for."""

    row: int
    kind: Literal["running", "value", "error"] = "running"
    text: str = ""
    evaluation: EvaluationId | None = None


class InlineResults:
    """The marks of one text."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []

    @property
    def running(self) -> list[Mark]:
        """The marks whose evaluation has not ended."""
        return [mark for mark in self._marks if mark.kind == "running"]

    def at(self, row: int) -> Mark | None:
        """The mark beside the line ``row``."""
        return next((mark for mark in self._marks if mark.row == row), None)

    def begin(self, row: int) -> Mark:
        """A mark for what is evaluated now, in the place of an older one."""
        self._marks = [mark for mark in self._marks if mark.row != row]
        self._marks.append(Mark(row))
        return self._marks[-1]

    def clear(self) -> None:
        """Take all marks away."""
        self._marks.clear()

    def hear(self, event: Event) -> bool:
        """Show how an evaluation ended; answers whether a mark has changed."""
        match event:
            case EvaluationFinished(identifier, view, _):
                text = one_line(view.text) if view else ""
                more = " …" if view and view.truncated else ""
                return self._end(identifier, "value", f"=> {text}{more}" if text else "✓")
            case EvaluationFailed(identifier, error, _):
                return self._end(identifier, "error", f"✗ {one_line(error.message)}")
            case EvaluationInterrupted(identifier):
                return self._end(identifier, "value", "interrupted")
            case SessionRestarted():
                before = len(self._marks)
                self._marks = [mark for mark in self._marks if mark.kind != "running"]
                return len(self._marks) != before
        return False

    def lines_changed(self, first: int, old_end: int, new_end: int) -> None:
        """Lines ``first`` to ``old_end`` have become those to ``new_end``."""
        self._marks = [mark for mark in self._marks if not first <= mark.row < old_end]
        for mark in self._marks:
            if mark.row >= old_end:
                mark.row += new_end - old_end

    def _end(self, identifier: EvaluationId, kind: Literal["value", "error"], text: str) -> bool:
        for mark in self.running:
            if mark.evaluation == identifier:
                mark.kind, mark.text = kind, text
                return True
        return False


def one_line(text: str) -> str:
    """``text`` on one line, without control codes."""
    words = " ".join(without_escapes(text[: 2 * MOST]).split())
    return drawable(words[:MOST])
