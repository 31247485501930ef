"""What the app asks of an evaluator, wherever that one lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from workbench.runtime.protocol import (
    EvaluationId,
    Event,
    Handle,
    RequestId,
    Trail,
    Window,
)


class Session(Protocol):
    """A live interpreter that works away from the caller's thread.

    Methods return at once; what comes of them arrives as events. Listeners are called on a
    thread of the session's own.
    """

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Hand every later event to ``listener``."""

    def evaluate(self, source: str, origin: str = "<repl>") -> EvaluationId:
        """Queue ``source``: evaluations run one at a time, in order."""
        ...

    def interrupt(self) -> None:
        """Stop what runs, and drop what is queued."""

    def restart(self) -> None:
        """Replace the evaluator by a fresh one; answered by ``SessionRestarted``."""

    def complete(self, prefix: str) -> None:
        """Ask for names that begin with ``prefix``; answered by ``Completions``."""

    def inspect(self, handle: Handle, window: Window, trail: Trail = ()) -> None:
        """Ask for a value, or a part of it; answered by ``TensorInspected`` or ``ValueInspected``.

        Of a value with parts, the rows of ``window`` are the parts that are told.
        """

    def pin(self, handle: Handle, trail: Trail = ()) -> None:
        """Keep a value as it is now, in place of the one kept before; by ``ValuePinned``."""

    def compare(self, handle: Handle, trail: Trail, other: Handle) -> None:
        """Ask how a tensor, or all in a model, differ from ``other``; by ``ValuesCompared``.

        A part is compared with the same part of ``other`` where that is no tensor itself.
        """

    def measure(
        self, handle: Handle, trail: Trail = (), other: Handle | None = None
    ) -> EvaluationId:
        """Queue a look at every element of a tensor; answered by ``TensorMeasured``.

        With ``other`` every element is compared with the tensor under that; by ``ValuesCompared``.
        """
        ...

    def attend(self, handle: Handle, trail: Trail, source: str) -> EvaluationId:
        """Queue an evaluation that gives the attention maps of a model, or of a part of one.

        ``source`` is Lisp for the input of the model; a text is split into its tokens.
        """
        ...

    def define(self, name: str, handle: Handle, trail: Trail = ()) -> EvaluationId:
        """Queue an evaluation that gives the global variable ``name`` a value looked at."""
        ...

    def answer(self, request: RequestId, text: str | None) -> None:
        """Give a program the line that it reads; ``None`` is the end of input."""

    def close(self) -> None:
        """End the evaluator and every process it owns."""
