"""How a program without the app tells what happens as events in JSON, for other programs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from threading import Lock

from lispe_core import interrupts
from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import Value
from workbench.json_events import json_line
from workbench.run_reports import Source
from workbench.runtime.error_views import defect_view, error_view
from workbench.runtime.native_output import NativeOutput
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    EvaluationStarted,
    Event,
    InputRequested,
    OutputWritten,
)
from workbench.runtime.views import Views

__all__ = ["JsonReport"]


class JsonReport:
    """Every event as a line of JSON on what was stdout.

    Descriptors 1 and 2 are taken over, so that native code and child processes, too, write
    events and never between the lines.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self._lines = os.fdopen(os.dup(1), "wb", buffering=0)
        self._talk = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
        self._input = os.fdopen(os.dup(0), encoding="utf-8", errors="replace", newline="\n")
        self._lock = Lock()
        self._begun = time.perf_counter()
        self._settled = False
        self.closed = False
        self._native = NativeOutput(self._post)
        self.output = EventOutput(lambda text: self._tell(OutputWritten(text)))
        self.error_output = EventOutput(lambda text: self._tell(OutputWritten(text, "error")))
        self.warnings = self.error_output
        self.hear: Callable[[Event], None] = self._tell

    def read_line(self, prompt: str) -> str | None:
        """A line of stdin without its end."""
        self._tell(InputRequested(0, prompt))
        line = self._input.readline()
        return line.removesuffix("\n") if line else None

    def misused(self, sentence: str) -> None:
        """Say on stderr why the program can't begin."""
        print(f"lispe-workbench: {sentence}", file=self._talk, flush=True)

    def started(self, origin: str) -> None:
        """Tell what runs."""
        self._begun = time.perf_counter()
        self._post(EvaluationStarted(0, "", origin))

    def finished(self, value: Value) -> None:
        """Tell the value of the last form."""
        seconds = self._seconds()
        with interrupts.user_code():  # printing may take long, too
            view = Views(dict).result(value)
        self._end(EvaluationFinished(0, view, seconds))

    def failed(self, error: LispError, source: Source) -> None:
        """Tell the error, its place and the calls that led to it."""
        self._end(EvaluationFailed(0, error_view(error, source), self._seconds()))

    def broken(self, defect: Exception) -> None:
        """Tell the defect with Python's trace."""
        self._end(EvaluationFailed(0, defect_view(defect), self._seconds()))

    def interrupted(self) -> None:
        """Tell that the program was stopped."""
        self._end(EvaluationInterrupted(0, self._seconds()))

    def settle(self) -> None:
        """What is written from now on is dropped."""
        self._native.flush()
        self._settled = True

    def _seconds(self) -> float:
        return round(time.perf_counter() - self._begun, 6)

    def _end(self, event: Event) -> None:
        self._native.flush()
        self._post(event)
        self._settled = True

    def _tell(self, event: Event) -> None:
        """Post what happens in the program, after what native code has written before."""
        with interrupts.shielded():
            if self._native.waiting():
                self._native.drain()
            self._post(event)
        if self.closed:
            raise Interrupted

    def _post(self, event: Event) -> None:
        """Write ``event``; called on any thread."""
        line = json_line(event, time.time()).encode("utf-8", "backslashreplace")
        with self._lock:
            if self.closed or self._settled:
                return
            try:
                while line:
                    line = line[self._lines.write(line) :]
            except BrokenPipeError:
                self.closed = True


class EventOutput:
    """A stream whose text becomes events, in order with what else is told."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def write(self, text: str) -> None:
        """Tell ``text``."""
        if text:
            self._tell(text)

    def flush(self) -> None:
        """Nothing is held back."""
