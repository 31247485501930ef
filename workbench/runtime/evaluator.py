"""The child process of a session: Lisp runs on its main thread, other threads keep it in touch.

Receiver: takes commands, and ends the process when the app is gone. Interrupter: signals the main
thread again and again until it has stopped, since an exception raised inside a finaliser is lost.
Observer: completes names and looks at values while a program runs. Sampler: reads the devices.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import FrameType

from lispe_core import interrupts
from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import EMPTY, SourceList, Symbol, Value
from lispe_core.names import variable
from lispe_core.reader import read
from torch_lib.events import listening
from workbench.runtime.build import build_interpreter
from workbench.runtime.devices import DeviceSampler
from workbench.runtime.error_views import SourceLines, defect_view, error_view
from workbench.runtime.native_output import NativeOutput
from workbench.runtime.protocol import (
    Completions,
    DeviceSampled,
    EvaluationFailed,
    EvaluationFinished,
    EvaluationId,
    EvaluationInterrupted,
    EvaluationStarted,
    Event,
    InputRequested,
    LibraryLoaded,
    OutputWritten,
    Stream,
    TensorInspected,
    ValueInspected,
    ValuePinned,
    ValuesCompared,
    VariablesChanged,
)
from workbench.runtime.torch_loader import TorchLoader, views_of
from workbench.runtime.transport import (
    Answer,
    Attend,
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
from workbench.runtime.views import Views, line_of
from workbench.runtime.warning_lines import show_warnings

__all__ = ["main"]

SIGNAL_EVERY = 0.05
SAMPLE_EVERY = 1.0
EVENT_PAUSE = 0.005
"""Seconds between two batches of events: the app takes what came twenty times a second."""
INSPECTOR = "<inspector>"
LARGEST_BACKLOG = 5000
"""Messages that may wait for the app before a printing program has to."""


def main(descriptor: int, *, preload_torch: bool) -> None:
    """Serve the session at the other end of the socket until it is gone."""
    os.set_inheritable(descriptor, False)
    connection = Connection(descriptor)
    outbox = Outbox(connection, EVENT_PAUSE)
    native = NativeOutput(outbox.post)
    try:
        Evaluator(connection, outbox, native).serve(preload_torch=preload_torch)
    except BaseException:
        outbox.post(OutputWritten(traceback.format_exc(), "error"))
        native.flush()
        outbox.close()
        os._exit(1)


Question = Complete | Inspect | Pin | Compare


class ProgramStream:
    """One of a program's two output streams, in order with what native code writes."""

    def __init__(self, stream: Stream, outbox: Outbox, native: NativeOutput) -> None:
        self._stream = stream
        self._outbox = outbox
        self._native = native

    def write(self, text: str) -> None:
        """Send ``text``; wait if the app can't keep up."""
        while self._outbox.backlog > LARGEST_BACKLOG:
            time.sleep(0.002)
        if self._native.waiting():
            with interrupts.shielded():
                self._native.drain()
        self._outbox.post(OutputWritten(text, self._stream))

    def flush(self) -> None:
        """Nothing is held back."""


class Evaluator:
    """The interpreter and what happens around it.

    Args:
        connection: Where commands come from.
        outbox: Where events go.
        native: What native code writes.
    """

    def __init__(self, connection: Connection, outbox: Outbox, native: NativeOutput) -> None:
        self._connection = connection
        self._outbox = outbox
        self._native = native
        self._work: SimpleQueue[Work] = SimpleQueue()
        self._questions: SimpleQueue[Question] = SimpleQueue()
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._requests = 0
        self._current: EvaluationId | None = None
        self._stop_through: EvaluationId = 0
        self._stop_asked = threading.Event()
        self._main_thread = threading.get_ident()
        self._torch = TorchLoader(outbox.post)
        error_output = ProgramStream("error", outbox, native)
        show_warnings(error_output)
        self._interpreter = build_interpreter(
            output=ProgramStream("output", outbox, native),
            error_output=error_output,
            read_line=self._read_line,
            load_torch=self._torch.library,
            on_library=self._torch.announce,
        )
        self._sources = SourceLines()
        self._views = Views(self._interpreter.variables)

    def serve(self, *, preload_torch: bool) -> None:
        """Evaluate what comes, for ever."""
        signal.signal(signal.SIGINT, self._on_signal)
        self._outbox.post(LibraryLoaded("language", views_of(self._interpreter.definitions())))
        for task in (self._receive, self._keep_interrupting, self._observe, self._sample):
            Thread(target=task, name=task.__name__.strip("_"), daemon=True).start()
        if preload_torch:
            self._torch.start()
        with listening(self._outbox.post):
            while True:
                self._evaluate(self._work.get())

    def _evaluate(self, command: Work) -> None:
        # First this, then the test: an interrupt either finds the evaluation or is found by it.
        self._current = command.id
        if command.id <= self._stop_through:
            self._current = None
            self._outbox.post(EvaluationInterrupted(command.id, 0.0))
            return
        self._outbox.post(_beginning(command))
        outcome = self._outcome(command)
        self._current = None
        self._native.flush()
        self._outbox.post(outcome)
        if not isinstance(command, Measure):  # which changes nothing
            self._outbox.post(VariablesChanged(self._views.variables()))

    def _outcome(
        self, command: Work
    ) -> EvaluationFinished | EvaluationFailed | EvaluationInterrupted:
        started = time.perf_counter()
        try:
            value = self._value_of(command)
            seconds = time.perf_counter() - started
            # Printing may take long, too, and run functions of the program.
            with self._interpreter.surrounded(), interrupts.user_code():
                view = self._views.result(value)
            return EvaluationFinished(command.id, view, seconds)
        except Interrupted:
            return EvaluationInterrupted(command.id, time.perf_counter() - started)
        except LispError as error:
            fault = error_view(error, self._source, line_of)
            return EvaluationFailed(command.id, fault, time.perf_counter() - started)
        except Exception as defect:
            seconds = time.perf_counter() - started
            return EvaluationFailed(command.id, defect_view(defect), seconds)

    def _value_of(self, command: Work) -> Value:
        match command:
            case Define():
                self._define(command)
                return EMPTY
            case Measure():
                self._measure(command)
                return EMPTY
            case Attend():
                return self._attend(command)
        self._sources.add(command.origin, command.source)
        if not command.origin.startswith("<"):
            self._interpreter.enter_folder(Path(command.origin).resolve().parent)
        return self._interpreter.evaluate(command.source, command.origin)

    def _measure(self, command: Measure) -> None:
        with interrupts.user_code():
            handle, trail, other = command.handle, command.trail, command.other
            if other is None:
                answer: Event = self._views.measure(handle, trail)
            else:
                answer = self._views.compare(handle, trail, other, whole=True)
        self._outbox.post(answer)

    def _attend(self, command: Attend) -> Value:
        self._views.found(command.handle, command.trail)
        given = self._interpreter.evaluate(command.source, INSPECTOR)
        from workbench.runtime.attention_views import attended

        with interrupts.user_code():
            return attended(self._views.found(command.handle, ()), command.trail, given)

    def _define(self, command: Define) -> None:
        value = self._views.found(command.handle, command.trail)
        try:
            forms = read(command.name)
        except LispError:
            forms = SourceList()
        if len(forms) != 1 or not isinstance(forms[0], Symbol):
            raise LispError(f"'{command.name}' is no name for a variable")
        self._interpreter.evaluate(f"(setq {command.name} nil)", INSPECTOR)
        self._interpreter.set_global(variable(command.name), value)

    def _source(self, origin: str) -> str | None:
        """The text under ``origin``, sent by the app or loaded by a program."""
        return self._sources.text(origin) or self._interpreter.source(origin)

    def _receive(self) -> None:
        try:
            while True:
                for command in self._connection.recv():
                    match command:
                        case Evaluate() | Define() | Measure() | Attend():
                            self._work.put(command)
                        case Interrupt(through):
                            self._stop_through = through
                            self._stop_asked.set()
                        case Complete() | Inspect() | Pin() | Compare():
                            self._questions.put(command)
                        case Answer():
                            self._answers.put(command)
        except (EOFError, OSError):
            # Nobody is left to work for; programs that this one started go too.
            os.killpg(0, signal.SIGKILL)

    def _keep_interrupting(self) -> None:
        while True:
            self._stop_asked.wait()
            self._stop_asked.clear()
            while self._is_to_stop():
                signal.pthread_kill(self._main_thread, signal.SIGINT)
                time.sleep(SIGNAL_EVERY)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._is_to_stop():
            interrupts.request()

    def _is_to_stop(self) -> bool:
        return self._current is not None and self._current <= self._stop_through

    def _read_line(self, prompt: str) -> str | None:
        self._requests += 1
        request = self._requests
        self._outbox.post(InputRequested(request, prompt))
        while True:
            answer = self._answers.get()
            if answer.request == request:  # else it answers one that was interrupted
                return answer.text

    def _observe(self) -> None:
        while True:
            question = self._questions.get()
            try:
                self._outbox.post(self._answer_to(question))
            except Exception as defect:
                self._outbox.post(OutputWritten(f"{defect_view(defect).message}\n", "error"))

    def _answer_to(
        self, question: Question
    ) -> Completions | TensorInspected | ValueInspected | ValuePinned | ValuesCompared:
        match question:
            case Complete(prefix):
                names = dict.fromkeys(self._interpreter.complete(prefix))
                names |= dict.fromkeys(self._torch.names(prefix))
                return Completions(prefix, tuple(names))
            case Inspect(handle, window, trail):
                return self._views.look(handle, window, trail)
            case Pin(handle, trail):
                return self._views.pin(handle, trail)
            case Compare(handle, trail, other):
                return self._views.compare(handle, trail, other)

    def _sample(self) -> None:
        sampler = DeviceSampler()
        while True:
            self._outbox.post(DeviceSampled(sampler.sample()))
            time.sleep(SAMPLE_EVERY)


def _beginning(command: Work) -> EvaluationStarted:
    """What is told before the command is carried out."""
    match command:
        case Evaluate(id_, source, origin):
            return EvaluationStarted(id_, source, origin)
        case Define(id_, name):
            return EvaluationStarted(id_, name, INSPECTOR)
        case Measure(id_):
            return EvaluationStarted(id_, "every element", INSPECTOR)
        case Attend(id_, source=source):
            return EvaluationStarted(id_, source, INSPECTOR)
