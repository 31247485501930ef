"""A session without an evaluator: it records what it is asked, and the test says what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.runtime.protocol import (
    ErrorView,
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    EvaluationStarted,
    Event,
    Handle,
    RequestId,
    SessionRestarted,
    Trail,
    ValueView,
    Window,
)


@dataclass(frozen=True)
class Evaluation:
    """One call of ``evaluate``."""

    id: EvaluationId
    source: str
    origin: str


@dataclass
class FakeSession:
    """Answers ``evaluate`` from ``values`` (source to printed value); what is not there runs on.

    The test ends a running evaluation with :meth:`finish` or :meth:`fail`, the app with
    ``interrupt``. Any other event is told with :meth:`emit`, on the caller's thread.
    """

    values: dict[str, str] = field(default_factory=dict)
    evaluated: list[Evaluation] = field(default_factory=list)
    running: list[Evaluation] = field(default_factory=list)
    interrupts: int = 0
    restarts: int = 0
    completed: list[str] = field(default_factory=list)
    inspected: list[tuple[Handle, Window]] = field(default_factory=list)
    pinned: list[tuple[Handle, Trail]] = field(default_factory=list)
    compared: list[tuple[Handle, Trail, Handle]] = field(default_factory=list)
    measured: list[tuple[Handle, Trail, Handle | None]] = field(default_factory=list)
    attended: list[tuple[Handle, Trail, str]] = field(default_factory=list)
    defined: list[tuple[str, Handle, Trail]] = field(default_factory=list)
    answers: list[tuple[RequestId, str | None]] = field(default_factory=list)
    closed: bool = False
    obedient: bool = True
    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    def emit(self, *events: Event) -> None:
        """Hand ``events`` to every listener."""
        for event in events:
            for listener in self.listeners:
                listener(event)

    def finish(self, text: str | None = None, kind: str = "integer_", seconds: float = 0.1) -> None:
        """End the oldest running evaluation with the value printed as ``text``."""
        evaluation = self.running.pop(0)
        view = None if text is None else ValueView(kind, text, handle=evaluation.id)
        self.emit(EvaluationFinished(evaluation.id, view, seconds))

    def fail(self, error: ErrorView, seconds: float = 0.1) -> None:
        """End the oldest running evaluation with ``error``."""
        self.emit(EvaluationFailed(self.running.pop(0).id, error, seconds))

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        self.listeners.append(listener)

    def evaluate(self, source: str, origin: str = "<repl>") -> EvaluationId:
        evaluation = Evaluation(len(self.evaluated) + 1, source, origin)
        self.evaluated.append(evaluation)
        self.running.append(evaluation)
        self.emit(EvaluationStarted(evaluation.id, source, origin))
        if source in self.values:
            self.finish(self.values[source])
        return evaluation.id

    def interrupt(self) -> None:
        self.interrupts += 1
        if self.obedient:
            stopped, self.running = self.running, []
            for evaluation in stopped:
                self.emit(EvaluationInterrupted(evaluation.id, 0.1))

    def restart(self) -> None:
        self.restarts += 1
        self.running.clear()
        self.emit(SessionRestarted("The evaluator was restarted."))

    def complete(self, prefix: str) -> None:
        self.completed.append(prefix)

    def inspect(self, handle: Handle, window: Window, trail: Trail = ()) -> None:
        self.inspected.append((handle, window))

    def pin(self, handle: Handle, trail: Trail = ()) -> None:
        self.pinned.append((handle, trail))

    def compare(self, handle: Handle, trail: Trail, other: Handle) -> None:
        self.compared.append((handle, trail, other))

    def measure(
        self, handle: Handle, trail: Trail = (), other: Handle | None = None
    ) -> EvaluationId:
        self.measured.append((handle, trail, other))
        return self.evaluate("every element", "<inspector>")

    def attend(self, handle: Handle, trail: Trail, source: str) -> EvaluationId:
        self.attended.append((handle, trail, source))
        return self.evaluate(source, "<inspector>")

    def define(self, name: str, handle: Handle, trail: Trail = ()) -> EvaluationId:
        self.defined.append((name, handle, trail))
        return self.evaluate(name, "<inspector>")

    def answer(self, request: RequestId, text: str | None) -> None:
        self.answers.append((request, text))

    def close(self) -> None:
        self.closed = True
