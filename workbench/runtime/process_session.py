"""A session whose evaluator is a child process.

A crash ends the child only, an interrupt reaches it whatever it does, and the app never waits for
the interpreter's lock. Each child has a thread that reads its events; one dispatcher hands them to
the listeners, so that they are told in order and never at the same time.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread, Timer

from workbench.runtime.protocol import (
    ErrorView,
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    Event,
    Handle,
    RequestId,
    SessionRestarted,
    SessionUnresponsive,
    Trail,
    Window,
)
from workbench.runtime.transport import (
    Answer,
    Attend,
    Command,
    Compare,
    Complete,
    Define,
    Evaluate,
    Inspect,
    Interrupt,
    Measure,
    Outbox,
    Pin,
    Work,
)

__all__ = ["ProcessSession"]

PATIENCE = 2.0
"""Seconds that an evaluator may take to answer an interrupt."""

NICENESS = 10
"""How much a program gives way to the app, so that typing stays smooth on few cores."""

HEAD_START = 0.25
"""Seconds that the app has for its first picture, unless it wants something of the evaluator."""

# The child gets this process's import path, as it stands: the program may run from a checkout. On
# few cores its imports would cost the app's first picture half as much time again.
BOOTSTRAP = f"""\
import os, select, sys
os.nice({NICENESS})
select.select([int(sys.argv[1])], [], [], {HEAD_START})
sys.path[:] = sys.argv[3:]
from workbench.runtime.evaluator import main
main(int(sys.argv[1]), preload_torch=sys.argv[2] == "preload")
"""

Listener = Callable[[Event], None]


class ProcessSession:
    """A live interpreter in a child process of its own.

    Args:
        preload_torch: Import PyTorch in the child while it is idle.
    """

    def __init__(self, *, preload_torch: bool = True) -> None:
        self._preload_torch = preload_torch
        self._listeners: tuple[Listener, ...] = ()
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        self._lock = Lock()
        self._closed = False
        self._stillborn = False
        self._last_id: EvaluationId = 0
        self._outstanding: dict[EvaluationId, float] = {}
        with self._lock:
            self._child = self._start_child()

    @property
    def process_id(self) -> int:
        """The child's process number."""
        return self._child.process.pid

    def subscribe(self, listener: Listener) -> None:
        """Hand every later event to ``listener``; the first one gets the earlier ones too."""
        self._listeners = (*self._listeners, listener)
        if len(self._listeners) == 1:
            Thread(target=self._dispatch, name="session events", daemon=True).start()

    def evaluate(self, source: str, origin: str = "<repl>") -> EvaluationId:
        """Queue ``source``: evaluations run one at a time, in order."""
        return self._queue(lambda id_: Evaluate(id_, source, origin))

    def interrupt(self) -> None:
        """Stop what runs, and drop what is queued."""
        with self._lock:
            if not self._outstanding:
                return
            child, through = self._child, self._last_id
            child.outbox.post(Interrupt(through))
        watch = Timer(PATIENCE, self._tell_if_unanswered, (child, through))
        watch.daemon = True
        watch.start()

    def restart(self) -> None:
        """Replace the evaluator by a fresh one; answered by ``SessionRestarted``."""
        with self._lock:
            if not self._closed:
                self._replace_child("The evaluator was restarted.")

    def complete(self, prefix: str) -> None:
        """Ask for names that begin with ``prefix``; answered by ``Completions``."""
        self._send(Complete(prefix))

    def inspect(self, handle: Handle, window: Window, trail: Trail = ()) -> None:
        """Ask for a value, or a part of it; answered by ``TensorInspected`` or ``ValueInspected``.

        Of a value with parts, the rows of ``window`` are the parts that are told.
        """
        self._send(Inspect(handle, window, trail))

    def pin(self, handle: Handle, trail: Trail = ()) -> None:
        """Keep a value as it is now, in place of the one kept before; by ``ValuePinned``."""
        self._send(Pin(handle, trail))

    def compare(self, handle: Handle, trail: Trail, other: Handle) -> None:
        """Ask how a tensor differs from the one under ``other``; by ``ValuesCompared``."""
        self._send(Compare(handle, trail, other))

    def measure(
        self, handle: Handle, trail: Trail = (), other: Handle | None = None
    ) -> EvaluationId:
        """Queue a look at every element of a tensor; answered by ``TensorMeasured``.

        With ``other`` every element is compared with the tensor under that; by ``ValuesCompared``.
        """
        return self._queue(lambda id_: Measure(id_, handle, trail, other))

    def attend(self, handle: Handle, trail: Trail, source: str) -> EvaluationId:
        """Queue an evaluation that gives the attention maps of a model, or of a part of one.

        ``source`` is Lisp for the input of the model; a text is split into its tokens.
        """
        return self._queue(lambda id_: Attend(id_, handle, trail, source))

    def define(self, name: str, handle: Handle, trail: Trail = ()) -> EvaluationId:
        """Queue an evaluation that gives the global variable ``name`` a value looked at."""
        return self._queue(lambda id_: Define(id_, name, handle, trail))

    def answer(self, request: RequestId, text: str | None) -> None:
        """Give a program the line that it reads; ``None`` is the end of input."""
        self._send(Answer(request, text))

    def close(self) -> None:
        """End the evaluator and every process it owns."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._child.kill()
        self._child.process.wait()
        self._events.put(None)

    def _queue(self, command: Callable[[EvaluationId], Work]) -> EvaluationId:
        with self._lock:
            if self._stillborn:
                self._child = self._start_child()
            self._last_id += 1
            self._outstanding[self._last_id] = time.monotonic()
            self._child.outbox.post(command(self._last_id))
            return self._last_id

    def _send(self, command: Command) -> None:
        with self._lock:
            self._child.outbox.post(command)

    def _start_child(self) -> Child:
        self._stillborn = False
        return Child(self._preload_torch, self._received, self._child_ended)

    def _replace_child(self, reason: str) -> None:
        self._child.kill()
        now = time.monotonic()
        for id_, since in self._outstanding.items():
            self._events.put(EvaluationInterrupted(id_, now - since))
        self._outstanding.clear()
        self._child = self._start_child()
        self._events.put(SessionRestarted(reason))

    def _received(self, child: Child, events: Iterable[Event]) -> None:
        with self._lock:
            if child is not self._child or self._closed:
                return
            for event in events:
                if isinstance(event, EvaluationFinished | EvaluationFailed | EvaluationInterrupted):
                    self._outstanding.pop(event.id, None)
                self._events.put(event)

    def _child_ended(self, child: Child, status: int) -> None:
        with self._lock:
            if child is not self._child or self._closed:
                return
            reason = ending(status)
            if child.spoke:
                self._replace_child(f"{reason} A fresh one is at work.")
                return
            # Another start would end the same way: the next evaluation may try.
            self._stillborn = True
            error = ErrorView(f"The evaluator could not start. {reason}")
            for id_ in self._outstanding:
                self._events.put(EvaluationFailed(id_, error, 0.0))
            self._outstanding.clear()

    def _tell_if_unanswered(self, child: Child, through: EvaluationId) -> None:
        with self._lock:
            silent = any(id_ <= through for id_ in self._outstanding)
            if silent and child is self._child and not self._closed:
                self._events.put(SessionUnresponsive(PATIENCE))

    def _dispatch(self) -> None:
        while (event := self._events.get()) is not None:
            for listener in self._listeners:
                listener(event)


class Child:
    """One evaluator process and the thread that reads what it says.

    Args:
        preload_torch: Have it import PyTorch while idle.
        received: Called with each batch of events, on the reader's thread.
        lost: Called with the exit status when the process is gone.
    """

    def __init__(
        self,
        preload_torch: bool,
        received: Callable[[Child, Iterable[Event]], None],
        lost: Callable[[Child, int], None],
    ) -> None:
        self.spoke = False
        self._received = received
        self._lost = lost
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-c", BOOTSTRAP, str(theirs.fileno())),
                    "preload" if preload_torch else "idle",
                    *(entry or str(Path.cwd()) for entry in sys.path),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._connection = Connection(ours.detach())
        self.outbox = Outbox(self._connection)
        Thread(target=self._read, name="session reader", daemon=True).start()

    def kill(self) -> None:
        """End the process and the processes it started, which share its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _read(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                events = self._connection.recv()
                self.spoke = True
                self._received(self, events)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self.process.wait()
        self.kill()  # what it had started
        self.outbox.close()
        self._connection.close()
        self._lost(self, status)


def ending(status: int) -> str:
    """How a process ended, in one sentence."""
    if status >= 0:
        return f"The evaluator ended with status {status}."
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    hint = " (the system may have run out of memory)" if -status == signal.SIGKILL else ""
    return f"The evaluator was ended by {name}{hint}."
