"""A program without the app: its output on stdout, everything else on stderr, or all as events.

Exit status: 0 done, 1 an error of the program, 2 a program that can't be read, 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from lispe_core import interrupts
from lispe_core.errors import Interrupted, LispError
from lispe_core.forms import Value
from lispe_core.interpreter import Interpreter
from lispe_core.permissions import COMMANDS_VARIABLE
from torch_lib.errors import ArgumentError
from torch_lib.processes import process_rank
from workbench.run_reports import RunReport, TextReport
from workbench.runtime.build import build_interpreter
from workbench.runtime.warning_lines import show_warnings

if TYPE_CHECKING:
    from workbench.line_programs import LineProgram
    from workbench.plots import Plots

__all__ = ["RunOptions", "run_file", "run_lines", "run_stdin", "run_text"]

DONE, FAILED, UNREADABLE, INTERRUPTED = 0, 1, 2, 130

Program = Callable[[Interpreter], Value]


class RunOptions(NamedTuple):
    """What is told of a run, and where it is written.

    Attributes:
        print_value: Print the value of the last form too.
        events: Write events in JSON, in the place of output and errors.
        log_folder: Where what the program measures is written while it runs.
        plot_folder: Where the curves of what it measures are written in the end.
        verbose: Show the variables of the calls that led to an error.
        allow_shell: Say nothing when the program runs commands of the system.
    """

    print_value: bool = False
    events: bool = False
    log_folder: str | None = None
    plot_folder: str | None = None
    verbose: bool = False
    allow_shell: bool = False


USUAL = RunOptions()


class _NoFolderError(Exception):
    """A folder that can't be written to."""


def run_file(path: str, arguments: Sequence[str] = (), options: RunOptions = USUAL) -> int:
    """Run the program in the file at ``path``; give the exit status.

    Args:
        path: The file.
        arguments: What the program finds in ``_args``.
        options: What is told of the run.
    """
    problem = _unreadable(Path(path))
    if problem:
        print(f"lispe-workbench: {problem}", file=sys.stderr)
        return UNREADABLE
    return _run(lambda interpreter: interpreter.run_file(path, arguments), path, arguments, options)


def run_stdin(arguments: Sequence[str] = (), options: RunOptions = USUAL) -> int:
    """Run the program on stdin, as ``run_file`` does; give the exit status."""
    source = sys.stdin.buffer.read().decode("utf-8", "replace")
    return _run_source(source, "<stdin>", arguments, options)


def run_text(source: str, arguments: Sequence[str] = (), options: RunOptions = USUAL) -> int:
    """Run the program ``source``, as ``run_file`` does; give the exit status."""
    return _run_source(source, "<eval>", arguments, options)


def run_lines(
    program: LineProgram, arguments: Sequence[str] = (), options: RunOptions = USUAL
) -> int:
    """Run a program for each line on stdin, as ``run_file`` does; give the exit status."""
    if program.file is not None and (problem := _unreadable(Path(program.file))):
        print(f"lispe-workbench: {problem}", file=sys.stderr)
        return UNREADABLE
    return _run(
        lambda interpreter: program.run(interpreter, _lines()), "<each>", arguments, options
    )


def _lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def _run_source(source: str, origin: str, arguments: Sequence[str], options: RunOptions) -> int:
    return _run(
        lambda interpreter: interpreter.evaluate(source, origin), origin, arguments, options
    )


def _run(program: Program, origin: str, arguments: Sequence[str], options: RunOptions) -> int:
    rank = process_rank()
    report = _report(options, rank)
    signal.signal(signal.SIGINT, _on_interrupt)
    show_warnings(report.warnings)
    try:
        if options.log_folder is not None:
            _start_log(options.log_folder)
        plots = _start_plots(options.plot_folder) if options.plot_folder and not rank else None
    except _NoFolderError as problem:
        report.misused(str(problem))
        return UNREADABLE
    with ExitStack() as listeners:
        for listener in (report.hear, plots):
            if listener is not None:
                from torch_lib.events import listening

                listeners.enter_context(listening(listener))
        status = _outcome(program, origin, arguments, report, options)
    if plots is not None:
        try:
            plots.write()
        except (OSError, ArgumentError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else problem
            report.misused(f"cannot write to {options.plot_folder}: {reason}")
            return status or FAILED
    return status


def _report(options: RunOptions, rank: int) -> RunReport:
    """Who is told what happens; of several processes the first alone tells events."""
    if options.events and not rank:
        from workbench.json_report import JsonReport

        return JsonReport()
    return TextReport(rank, print_value=options.print_value, verbose=options.verbose)


def _outcome(
    program: Program,
    origin: str,
    arguments: Sequence[str],
    report: RunReport,
    options: RunOptions,
) -> int:
    """Run the program and tell how it went."""
    interpreter = build_interpreter(
        output=report.output,
        error_output=report.error_output,
        read_line=report.read_line,
        arguments=arguments,
        allow_commands=options.allow_shell or partial(_warn_of_commands, report),
    )
    interpreter.waits_for_threads = True
    try:
        report.started(origin)
        value = program(interpreter)
        with interpreter.surrounded():
            report.finished(value)
        return DONE
    except (Interrupted, KeyboardInterrupt):
        report.interrupted()
        return FAILED if report.closed else INTERRUPTED
    except LispError as error:
        with interpreter.surrounded():
            report.failed(error, interpreter.source)
        return FAILED
    except Exception as defect:
        report.broken(defect)
        return FAILED
    finally:
        report.settle()


def _warn_of_commands(report: RunReport) -> bool:
    """Allow commands of the system, and say so where nobody has allowed them before."""
    from workbench.folders import config_file
    from workbench.settings import load_settings

    allowed = os.environ.get(COMMANDS_VARIABLE) or load_settings(config_file()).settings.allow_shell
    if not allowed:
        report.warnings.write(
            "lispe-workbench: warning: the program runs commands of the system; "
            "--allow-shell allows it\n"
        )
    return True


def _start_log(folder: str) -> None:
    """Write metrics into ``folder`` from now on."""
    from torch_lib.errors import ArgumentError
    from torch_lib.tracking import log_to

    try:
        log_to(folder)
    except ArgumentError as problem:
        raise _NoFolderError(str(problem)) from problem
    except OSError as problem:
        raise _NoFolderError(f"cannot write to {folder}: {problem.strerror}") from problem


def _start_plots(folder: str) -> Plots:
    """Collect what the program measures, to be written into ``folder``."""
    from workbench.plots import Plots

    try:
        return Plots(Path(folder))
    except FileExistsError as problem:
        raise _NoFolderError(f"{folder} is a file, not a folder") from problem
    except OSError as problem:
        raise _NoFolderError(f"cannot write to {folder}: {problem.strerror}") from problem


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
