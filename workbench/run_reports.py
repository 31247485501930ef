"""How a program without the app tells what happens: as text for people, or as events in JSON."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from io import TextIOWrapper
from threading import Lock
from typing import Protocol, TextIO

from lispe_core import interrupts
from lispe_core.context import TextOutput
from lispe_core.depth import deep_recursion
from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import EMPTY, Value
from lispe_core.printer import display
from lispe_core.reports import report
from torch_lib.events import Event as LibraryEvent
from workbench.json_events import json_line
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    EvaluationStarted,
    Event,
    InputRequested,
    OutputWritten,
)

__all__ = ["JsonReport", "Output", "RunReport", "TextReport"]

Source = Callable[[str], str | None]


class RunReport(Protocol):
    """Where a program prints and reads, and who is told how it ended."""

    @property
    def output(self) -> TextOutput:
        """Where the program prints."""
        ...

    @property
    def error_output(self) -> TextOutput:
        """Where it prints errors."""
        ...

    @property
    def warnings(self) -> TextOutput:
        """Where warnings go."""
        ...

    @property
    def closed(self) -> bool:
        """Whether nobody reads any more."""
        ...

    @property
    def hear(self) -> Callable[[LibraryEvent], None] | None:
        """Who hears what the torch library reports, if anybody does."""
        ...

    def read_line(self, prompt: str) -> str | None:
        """A line of input without its end; ``None`` at the end of input."""

    def misused(self, sentence: str) -> None:
        """The program can't begin."""

    def started(self, origin: str) -> None:
        """The program begins."""

    def finished(self, value: Value) -> None:
        """The program ended with ``value``."""

    def failed(self, error: LispError, source: Source) -> None:
        """An error ended the program."""

    def broken(self, defect: Exception) -> None:
        """A defect of the workbench ended the program."""

    def interrupted(self) -> None:
        """The program was stopped."""

    def settle(self) -> None:
        """Write what can still be written, so that the end of the process finds nothing to do."""


class Output:
    """A stream that a program writes to: when nobody reads any more, the program is stopped.

    Args:
        stream: The stream.
        silent: Drop what is written: of several processes that work together only one prints.
    """

    def __init__(self, stream: TextIO, *, silent: bool = False) -> None:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
        self._stream = stream
        self._at_once = stream.isatty()
        self._silent = silent
        self.closed = False

    def write(self, text: str) -> None:
        """Write ``text``; parts of lines appear at once on a terminal."""
        if self._silent:
            return
        try:
            self._stream.write(text)
            if self._at_once:
                self._stream.flush()
        except BrokenPipeError:
            self.closed = True
            raise Interrupted from None

    def flush(self) -> None:
        """Write what is held back."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self.closed = True
            raise Interrupted from None

    def settle(self) -> None:
        """Write what can still be written, so that the end of the process finds nothing to do."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - a device, not a path
                os.dup2(nothing.fileno(), self._stream.fileno())


class TextReport:
    """Output on stdout, everything else on stderr.

    Args:
        rank: Which of several processes this is; the first alone prints.
        print_value: Print the value of the last form too.
    """

    hear = None

    def __init__(self, rank: int, *, print_value: bool) -> None:
        self.output = Output(sys.stdout, silent=rank > 0)
        self.error_output = Output(sys.stderr)
        self.warnings = Output(sys.stderr, silent=rank > 0)
        self._process = f"process {rank}: " if rank else ""
        self._print_value = print_value

    @property
    def closed(self) -> bool:
        """Whether nobody reads any more."""
        return self.output.closed

    def read_line(self, prompt: str) -> str | None:
        """A line of stdin without its end; the prompt is talk, so it goes to stderr."""
        self.output.flush()
        print(prompt, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        return line.removesuffix("\n") if line else None

    def misused(self, sentence: str) -> None:
        """Say why the program can't begin."""
        self.error_output.write(f"lispe-workbench: {sentence}\n")

    def started(self, origin: str) -> None:
        """Nothing is said of it."""

    def finished(self, value: Value) -> None:
        """Print the value if that is wanted."""
        if self._print_value and value is not EMPTY:
            with deep_recursion():
                self.output.write(f"{display(value)}\n")
        self.output.flush()

    def failed(self, error: LispError, source: Source) -> None:
        """Report the error with its place and the calls that led to it."""
        self.output.flush()
        self.error_output.write(f"{self._process}{report(error, source)}\n")

    def broken(self, defect: Exception) -> None:
        """Say that the defect is ours."""
        from workbench.runtime.error_views import defect_view, folded_trace

        self.output.flush()
        view = defect_view(defect)
        places = "".join(f"  at {place}\n" for place in folded_trace(defect))
        self.error_output.write(f"{view.message}\n{view.hint}\n{places}")

    def interrupted(self) -> None:
        """The exit status says it."""

    def settle(self) -> None:
        """Write what can still be written."""
        self.output.settle()
        self.error_output.settle()


class JsonReport:
    """Every event as a line of JSON on what was stdout.

    Descriptors 1 and 2 are taken over, so that native code and child processes, too, write
    events and never between the lines.
    """

    def __init__(self) -> None:
        from workbench.runtime.native_output import NativeOutput

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
        from workbench.runtime.views import Views

        seconds = self._seconds()
        with interrupts.user_code():  # printing may take long, too
            view = Views(dict).result(value)
        self._end(EvaluationFinished(0, view, seconds))

    def failed(self, error: LispError, source: Source) -> None:
        """Tell the error, its place and the calls that led to it."""
        from workbench.runtime.error_views import error_view

        self._end(EvaluationFailed(0, error_view(error, source), self._seconds()))

    def broken(self, defect: Exception) -> None:
        """Tell the defect with Python's trace."""
        from workbench.runtime.error_views import defect_view

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
