"""A program without the app: its output on stdout, everything else on stderr.

Exit status: 0 done, 1 an error of the program, 2 a program that can't be read, 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import TextIO

from lispe_core import interrupts
from lispe_core.depth import deep_recursion
from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import EMPTY, Value
from lispe_core.interpreter import Interpreter
from lispe_core.printer import display
from lispe_core.reports import report
from torch_lib.processes import process_rank
from workbench.runtime.build import build_interpreter
from workbench.runtime.warning_lines import show_warnings

__all__ = ["run_file", "run_stdin", "run_text"]

DONE, FAILED, UNREADABLE, INTERRUPTED = 0, 1, 2, 130


def run_file(
    path: str,
    arguments: Sequence[str] = (),
    *,
    print_value: bool = False,
    log_folder: str | None = None,
) -> int:
    """Run the program in the file at ``path``; give the exit status.

    Args:
        path: The file.
        arguments: What the program finds in ``_args``.
        print_value: Print the value of the last form too.
        log_folder: Where what the program measures is written.
    """
    problem = _unreadable(Path(path))
    if problem:
        print(f"lispe-workbench: {problem}", file=sys.stderr)
        return UNREADABLE
    return _run(
        lambda interpreter: interpreter.run_file(path, arguments),
        arguments,
        print_value,
        log_folder,
    )


def run_stdin(
    arguments: Sequence[str] = (), *, print_value: bool = False, log_folder: str | None = None
) -> int:
    """Run the program on stdin, as ``run_file`` does; give the exit status."""
    source = sys.stdin.buffer.read().decode("utf-8", "replace")
    return _run_source(source, "<stdin>", arguments, print_value, log_folder)


def run_text(
    source: str,
    arguments: Sequence[str] = (),
    *,
    print_value: bool = False,
    log_folder: str | None = None,
) -> int:
    """Run the program ``source``, as ``run_file`` does; give the exit status."""
    return _run_source(source, "<eval>", arguments, print_value, log_folder)


def _run_source(
    source: str,
    origin: str,
    arguments: Sequence[str],
    print_value: bool,
    log_folder: str | None,
) -> int:
    return _run(
        lambda interpreter: interpreter.evaluate(source, origin),
        arguments,
        print_value,
        log_folder,
    )


def _run(
    program: Callable[[Interpreter], Value],
    arguments: Sequence[str],
    print_value: bool,
    log_folder: str | None,
) -> int:
    rank = process_rank()
    output = Output(sys.stdout, silent=rank > 0)
    error_output = Output(sys.stderr)
    signal.signal(signal.SIGINT, _on_interrupt)
    show_warnings(Output(sys.stderr, silent=rank > 0))
    if log_folder is not None and (problem := _start_log(log_folder)):
        error_output.write(f"lispe-workbench: {problem}\n")
        return UNREADABLE
    interpreter = build_interpreter(
        output=output,
        error_output=error_output,
        read_line=partial(_read_line, output),
        arguments=arguments,
    )
    try:
        value = program(interpreter)
        if print_value and value is not EMPTY:
            with deep_recursion():
                output.write(f"{display(value)}\n")
        output.flush()
        return DONE
    except (Interrupted, KeyboardInterrupt):
        return FAILED if output.closed else INTERRUPTED
    except LispError as error:
        output.flush()
        process = f"process {rank}: " if rank else ""
        error_output.write(f"{process}{report(error, interpreter.source)}\n")
        return FAILED
    except Exception as defect:
        output.flush()
        error_output.write(_defect_report(defect))
        return FAILED
    finally:
        output.settle()
        error_output.settle()


def _start_log(folder: str) -> str:
    """Write metrics into ``folder`` from now on; why that cannot be, empty if it can."""
    from torch_lib.errors import ArgumentError
    from torch_lib.tracking import log_to

    try:
        log_to(folder)
    except ArgumentError as problem:
        return str(problem)
    except OSError as problem:
        return f"cannot write to {folder}: {problem.strerror}"
    return ""


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


def _read_line(output: Output, prompt: str) -> str | None:
    """A line of stdin without its end; the prompt is talk, so it goes to stderr."""
    output.flush()
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    return line.removesuffix("\n") if line else None


def _on_interrupt(number: int, frame: FrameType | None) -> None:
    if not interrupts.request():
        raise KeyboardInterrupt


def _unreadable(path: Path) -> str:
    """Why the program at ``path`` can't be read, in one sentence; empty if it can."""
    if path.is_dir():
        return f"{path} is a folder, not a program"
    if not path.exists():
        return f"file not found: {path}"
    return "" if os.access(path, os.R_OK) else f"cannot read {path}"


def _defect_report(defect: Exception) -> str:
    from workbench.runtime.error_views import defect_view, folded_trace

    view = defect_view(defect)
    places = "".join(f"  at {place}\n" for place in folded_trace(defect))
    return f"{view.message}\n{view.hint}\n{places}"
