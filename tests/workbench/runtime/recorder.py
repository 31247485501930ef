"""A listener for tests: keeps what a session tells and waits for what it will tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition
from typing import TypeVar

from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    Event,
    OutputWritten,
)
from workbench.runtime.session import Session

E = TypeVar("E")

SOON = 0.2
"""Seconds in which an interrupt stops a program, PyTorch's call under way not counted."""

SLACK = 1.0
"""Added where a loaded machine, not the session, may be late."""

Ending = EvaluationFinished | EvaluationFailed | EvaluationInterrupted


class Recorder:
    """Subscribes to ``session``."""

    def __init__(self, session: Session) -> None:
        self.events: list[Event] = []
        self._changed = Condition()
        session.subscribe(self._record)
        self.session = session

    def _record(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(
        self, kind: type[E], holds: Callable[[E], bool] = lambda event: True, timeout: float = 60
    ) -> E:
        """The first event of ``kind``, told already or within ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                for event in self.events[seen:]:
                    if isinstance(event, kind) and holds(event):
                        return event
                seen = len(self.events)
                rest = deadline - time.monotonic()
                if rest <= 0 or not self._changed.wait(rest):
                    raise TimeoutError(f"no {kind.__name__} among {self.events[-20:]}")

    def ending(self, id_: EvaluationId, timeout: float = 60) -> Ending:
        """How the evaluation ended."""
        return self.wait(Ending, lambda event: event.id == id_, timeout)  # type: ignore[arg-type]

    def evaluate(self, source: str, timeout: float = 60) -> Ending:
        """Evaluate and wait for the end."""
        return self.ending(self.session.evaluate(source), timeout)

    def printed(self, source: str) -> str:
        """The printed value of ``source``."""
        ending = self.evaluate(source)
        assert isinstance(ending, EvaluationFinished), ending
        return "" if ending.view is None else ending.view.text

    def interrupted_after(self, id_: EvaluationId) -> float:
        """Seconds from the request to the end of the evaluation."""
        asked = time.monotonic()
        self.session.interrupt()
        ending = self.ending(id_)
        assert isinstance(ending, EvaluationInterrupted), ending
        return time.monotonic() - asked

    @property
    def output(self) -> str:
        """All output so far."""
        return "".join(event.text for event in self.events if isinstance(event, OutputWritten))
