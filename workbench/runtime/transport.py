"""The pipe between a session and its evaluator: commands one way, events the other.

Each side posts to an :class:`Outbox`, whose thread alone owns the sending end: an interrupt can
then never tear a message, and nobody waits for the other side to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep
from typing import Any

from workbench.runtime.protocol import (
    EvaluationId,
    Handle,
    OutputWritten,
    RequestId,
    Trail,
    Window,
)

__all__ = [
    "Answer",
    "Attend",
    "Command",
    "Compare",
    "Complete",
    "Define",
    "Evaluate",
    "Inspect",
    "Interrupt",
    "Measure",
    "Outbox",
    "Pin",
    "Work",
    "merged",
]

LONGEST_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Evaluate ``source`` when everything before it is done."""

    id: EvaluationId
    source: str
    origin: str


@dataclass(frozen=True, slots=True)
class Define:
    """Give the variable ``name`` a value looked at, when everything before it is done."""

    id: EvaluationId
    name: str
    handle: Handle
    trail: Trail


@dataclass(frozen=True, slots=True)
class Measure:
    """Look at every element of a tensor, or of two, when everything before it is done."""

    id: EvaluationId
    handle: Handle
    trail: Trail
    other: Handle | None


@dataclass(frozen=True, slots=True)
class Attend:
    """Let a model attend to what ``source`` gives, when everything before it is done."""

    id: EvaluationId
    handle: Handle
    trail: Trail
    source: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop or drop every evaluation up to and including ``through``."""

    through: EvaluationId


@dataclass(frozen=True, slots=True)
class Complete:
    """Find names that begin with ``prefix``."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Inspect:
    """Look at the value under ``handle``."""

    handle: Handle
    window: Window
    trail: Trail = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """Keep the value as it is now."""

    handle: Handle
    trail: Trail


@dataclass(frozen=True, slots=True)
class Compare:
    """Tell how two tensors differ."""

    handle: Handle
    trail: Trail
    other: Handle


@dataclass(frozen=True, slots=True)
class Answer:
    """The line that a program asked for; ``None`` is the end of input."""

    request: RequestId
    text: str | None


Work = Evaluate | Define | Measure | Attend
"""What the evaluator does one after the other."""

Command = Work | Interrupt | Complete | Inspect | Pin | Compare | Answer


class Outbox:
    """Sends what is posted, in order and in batches, from a thread of its own.

    Args:
        connection: The sending end.
        pause: Seconds to wait after a batch, so that what comes meanwhile is one too: a batch for
            each line of a program that prints would keep the other side busy with waking up.
    """

    def __init__(self, connection: Connection, pause: float = 0.0) -> None:
        self._connection = connection
        self._pause = pause
        # Its put can't be torn by a signal handler that raises: it is one C call without a lock.
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._thread = Thread(target=self._send_batches, name="outbox", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """About how many messages wait to be sent."""
        return self._queue.qsize()

    def post(self, message: object) -> None:
        """Send ``message`` soon."""
        self._queue.put(message)

    def close(self, timeout: float = 1.0) -> None:
        """Send what was posted and stop."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _send_batches(self) -> None:
        open_ = True
        while open_:
            batch = [self._queue.get()]
            while len(batch) < LONGEST_BATCH and batch[-1] is not None:
                try:
                    batch.append(self._queue.get_nowait())
                except Empty:
                    break
            if batch[-1] is None:
                open_ = False
                batch.pop()
            try:
                self._connection.send(list(merged(batch)))
            except OSError:
                return  # The other side is gone: whoever reads from it learns that too.
            if len(batch) < LONGEST_BATCH and open_:
                sleep(self._pause)


def merged(messages: Iterable[Any]) -> Iterator[Any]:
    """The messages, with neighbouring pieces of output joined to one."""
    pieces: list[OutputWritten] = []
    for message in messages:
        if isinstance(message, OutputWritten):
            if pieces and pieces[0].stream != message.stream:
                yield _joined(pieces)
                pieces = []
            pieces.append(message)
        else:
            if pieces:
                yield _joined(pieces)
                pieces = []
            yield message
    if pieces:
        yield _joined(pieces)


def _joined(pieces: list[OutputWritten]) -> OutputWritten:
    return replace(pieces[0], text="".join(piece.text for piece in pieces))
