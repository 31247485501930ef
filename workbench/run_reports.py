"""How a program without the app tells what happens, and how it does so as text for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import TYPE_CHECKING, Protocol, TextIO

from lispe_core.context import TextOutput
from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import EMPTY, Value
from lispe_core.printer import display
from lispe_core.reports import report

if TYPE_CHECKING:
    from torch_lib.events import Event as LibraryEvent

__all__ = ["Output", "RunReport", "Source", "TextReport"]

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
        verbose: Show the variables of the calls that led to an error.
    """

    hear = None

    def __init__(self, rank: int, *, print_value: bool, verbose: bool = False) -> None:
        self.output = Output(sys.stdout, silent=rank > 0)
        self.error_output = Output(sys.stderr)
        self.warnings = Output(sys.stderr, silent=rank > 0)
        self._process = f"process {rank}: " if rank else ""
        self._print_value = print_value
        self._verbose = verbose

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
            self.output.write(f"{display(value)}\n")
        self.output.flush()

    def failed(self, error: LispError, source: Source) -> None:
        """Report the error with its place and the calls that led to it."""
        self.output.flush()
        told = report(error, source, variables=self._verbose)
        self.error_output.write(f"{self._process}{told}\n")

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
