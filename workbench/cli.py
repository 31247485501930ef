"""The command line: the app, or a program run without it.

Only what a command needs is imported, so that ``--help`` and ``--version`` answer at once.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from workbench.headless import RunOptions

__all__ = ["main"]

EPILOG = """\
exit status: 0 done, 1 an error of the program, 2 wrong usage or settings, 130 interrupted

Everything after --run FILE, --eval TEXT or -c TEXT goes to the program, which finds it in _args.
With -p or -P a program runs for each line of stdin: l0 is the line, l1, l2… its fields, where
numbers are numbers, ln how many there are, ll their list; accu1 to accu9 begin with 0.
Without any of these the app starts; it needs a terminal.
"""


_FRAMES_PER_SECOND = "120"
_ANY_WIDTH = 80
"""While arguments are declared nothing is shown; asking the terminal would load ``shutil``."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Do what the arguments say and end the process with its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status = _dispatch(options)
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lispe-workbench",
        description="A terminal workbench for LispE programs, PyTorch and language models.",
        epilog=EPILOG,
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=_ANY_WIDTH),
        allow_abbrev=False,
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="the program to open in the app; - runs stdin"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--run",
        nargs=argparse.REMAINDER,
        metavar=("FILE", "args"),
        help="run FILE without the app (- is stdin)",
    )
    what.add_argument(
        "--eval",
        "-c",
        nargs=argparse.REMAINDER,
        metavar=("TEXT", "args"),
        help="run the program TEXT",
    )
    what.add_argument("-p", dest="each", metavar="TEXT", help="run TEXT for each line of stdin")
    what.add_argument(
        "-P",
        dest="each_file",
        metavar="FILE",
        help="run FILE, then call its function runpipe for each line of stdin",
    )
    what.add_argument("--tour", action="store_true", help="open a guided tour in the app")
    what.add_argument(
        "--serve", action="store_true", help="show the app in a browser on this machine"
    )
    what.add_argument(
        "--serve-model",
        metavar="PATH",
        help="answer clients of OpenAI's API with the model at PATH, until ctrl+c",
    )
    what.add_argument("--version", action="store_true", help="print the version and stop")
    what.add_argument(
        "--where", action="store_true", help="print where settings, themes and history are"
    )
    what.add_argument(
        "--print-config",
        action="store_true",
        help="print every setting with its value and where it comes from",
    )
    what.add_argument(
        "--check-config",
        nargs="?",
        const="",
        metavar="FILE",
        help="look for mistakes in the settings, or in FILE",
    )
    lines = parser.add_argument_group("lines of stdin")
    lines.add_argument("-pb", dest="before", metavar="TEXT", help="run TEXT before the first line")
    lines.add_argument("-pe", dest="after", metavar="TEXT", help="run TEXT after the last line")
    lines.add_argument(
        "-r", dest="pattern", metavar="RGX", help="only lines with this POSIX expression count"
    )
    lines.add_argument(
        "-R", dest="own_pattern", metavar="RGX", help="the same with an expression of LispE's own"
    )
    lines.add_argument(
        "-a",
        action="store_true",
        dest="lines_are_arguments",
        help="put the lines of stdin behind the arguments (stands before --run, --eval or -c)",
    )
    parser.add_argument(
        "--allow-shell",
        action="store_true",
        help="programs may run commands of the system and use Python's modules; without it the app "
        "refuses and --run warns (stands before --run or --eval)",
    )
    parser.add_argument(
        "--host",
        help="where --serve-model listens; other machines need the key in LISPE_WORKBENCH_API_KEY",
    )
    parser.add_argument(
        "--port", type=int, help="where --serve-model listens, by default any free port"
    )
    parser.add_argument(
        "--quantization",
        choices=("none", "file", "int8", "int4", "packed"),
        help="what --serve-model multiplies with: by default the blocks of a GGUF file",
    )
    parser.add_argument("--no-color", action="store_true", help="show the app without colours")
    parser.add_argument(
        "--ascii", action="store_true", help="draw the app with ASCII characters only"
    )
    parser.add_argument(
        "--log-dir",
        metavar="DIR",
        help="write what programs measure to DIR, for TensorBoard too (stands before --run)",
    )
    parser.add_argument(
        "--plots",
        metavar="DIR",
        help="write the curves of what programs measure to DIR, as SVG and CSV (stands before "
        "--run)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="write what happens as events, one line of JSON each (stands before --run or --eval)",
    )
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="show the variables of each call that led to an error (stands before --run or --eval)",
    )
    parser.add_argument(
        "--print",
        action="store_true",
        dest="print_value",
        help="print the value of the last form too (stands before --run or --eval)",
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _dispatch(options: argparse.Namespace) -> int:
    if options.version:
        return _print_version()
    if options.where:
        return _print_places()
    if options.print_config:
        return _print_config()
    if options.check_config is not None:
        return _check_config(options.check_config)
    program = options.run if options.run is not None else options.eval
    in_lines = options.each is not None or options.each_file is not None
    if mistake := _stray_line_options(options, in_lines, program is not None):
        return _misuse(mistake)
    if program is not None or options.file == "-":
        if options.file is not None and program is not None:
            return _misuse(f"{options.file}: --run and --eval take no other file")
        return _run_headless(options, program)
    if in_lines:
        return _run_lines(options)
    if options.serve:
        return _serve(options)
    if options.serve_model is not None:
        from workbench.serve_model import serve_model

        host, port = options.host or "127.0.0.1", options.port or 0
        return serve_model(options.serve_model, host, port, options.quantization)
    for flag, given in (
        *(("--print", options.print_value), ("--json", options.json)),
        ("--verbose", options.verbose),
    ):
        if given:
            return _misuse(f"{flag} needs --run, --eval or -")
    for flag in ("host", "port", "quantization"):
        if getattr(options, flag) is not None:
            return _misuse(f"--{flag} needs --serve-model")
    if options.plots is not None:
        return _misuse("--plots needs --run, --eval or -")
    if options.log_dir is not None:
        return _misuse("--log-dir needs --run, --eval or -; in the app, call (torch_log_to DIR)")
    return _start_app(options)


def _print_version() -> int:
    from importlib import metadata

    print("lispe-workbench", metadata.version("lispe-workbench"))
    return 0


def _print_places() -> int:
    from workbench.folders import places

    for name, path in places().items():
        print(f"{name:<9}{path}")
    return 0


def _print_config() -> int:
    from workbench.folders import config_file
    from workbench.settings import load_settings, printed

    configuration = load_settings(config_file())
    print(printed(configuration), end="")
    return _told(configuration.mistakes)


def _check_config(named: str) -> int:
    """Tell mistakes; the screen is loaded only if there are keys or themes that it must judge."""
    from workbench.folders import config_file, theme_folder
    from workbench.settings import load_settings

    file = Path(named) if named else config_file()
    if named and not file.exists():
        return _misuse(f"file not found: {file}")
    configuration = load_settings(file)
    mistakes = list(configuration.mistakes)
    if {"theme", "keys.map"} & configuration.sources.keys():
        from workbench.app.start import screen_mistakes

        mistakes += [f"{file.name}: {told}" for told in screen_mistakes(configuration.settings)]
    if any(theme_folder().glob("*.toml")):
        from workbench.app.start import theme_mistakes

        mistakes += theme_mistakes()
    return _told(mistakes)


def _told(mistakes: Sequence[str]) -> int:
    """Say what is wrong with the settings; 2 if anything is."""
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    return 2 if mistakes else 0


def _run_headless(options: argparse.Namespace, program: Sequence[str] | None) -> int:
    if program is not None and not program:
        flag, operand = ("--run", "FILE") if options.run is not None else ("--eval", "TEXT")
        return _misuse(f"{flag} needs {operand}")
    from torch_lib.processes import process_count

    status = _status(options, program or ["-"])
    if process_count() > 1:
        _leave(status)
    return status


def _stray_line_options(options: argparse.Namespace, in_lines: bool, program: bool) -> str:
    """What is wrong with options for lines that no program gets; empty if nothing is."""
    for flag, value in (
        *(("-pb", options.before), ("-pe", options.after)),
        *(("-r", options.pattern), ("-R", options.own_pattern)),
    ):
        if value is not None and not in_lines:
            return f"{flag} needs -p or -P"
    return "-a needs --run, --eval or -c" if options.lines_are_arguments and not program else ""


def _run_lines(options: argparse.Namespace) -> int:
    from workbench.headless import run_lines
    from workbench.line_programs import LineProgram

    program = LineProgram(
        each=options.each or "",
        before=options.before or "",
        after=options.after or "",
        file=options.each_file,
        pattern=options.pattern,
        own_pattern=options.own_pattern,
    )
    return run_lines(program, [options.file] if options.file else [], _how(options))


def _how(options: argparse.Namespace) -> RunOptions:
    from workbench.headless import RunOptions

    return RunOptions(
        print_value=options.print_value,
        events=options.json,
        log_folder=options.log_dir,
        plot_folder=options.plots,
        verbose=options.verbose,
        allow_shell=options.allow_shell,
    )


def _status(options: argparse.Namespace, program: Sequence[str]) -> int:
    from workbench.headless import run_file, run_stdin, run_text

    first, *arguments = program
    if options.lines_are_arguments:
        arguments += sys.stdin.read().splitlines()
    how = _how(options)
    if options.eval is not None:
        return run_text(first, arguments, how)
    if first == "-":
        return run_stdin(arguments, how)
    return run_file(first, arguments, how)


def _leave(status: int) -> NoReturn:
    """End one of several processes, whose threads abort when they outlive the interpreter."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _serve(options: argparse.Namespace) -> int:
    from workbench.serve import MISSING, serve

    try:
        return serve([options.file] if options.file else [])
    except ImportError:
        return _misuse(MISSING)


def _start_app(options: argparse.Namespace) -> int:
    if options.tour and options.file is not None:
        return _misuse("--tour opens a file of its own")
    if (
        "TEXTUAL_DRIVER" not in os.environ
    ):  # which is set where a browser takes the terminal's place
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return _misuse(
                "the app needs a terminal for input and output; "
                "run a program without it: lispe-workbench --run FILE"
            )
        if os.environ.get("TERM", "dumb") == "dumb":
            return _misuse(
                "this terminal can't show the app (TERM=dumb); "
                "run a program without it: lispe-workbench --run FILE"
            )
    path = Path(options.file) if options.file is not None else None
    if options.tour:
        from workbench.resources import sample

        path = sample("tour.lisp")
    # Half of the wait for a typed letter is the wait for the next frame.
    os.environ.setdefault("TEXTUAL_FPS", _FRAMES_PER_SECOND)
    gc.disable()  # what is made for the first picture stays: a fifth of the time went into looking
    from lispe_core.permissions import COMMANDS_VARIABLE
    from workbench.app.start import run_app
    from workbench.folders import config_file
    from workbench.settings import load_settings

    if options.allow_shell or load_settings(config_file()).settings.allow_shell:
        os.environ[COMMANDS_VARIABLE] = "1"  # the evaluator's process inherits it
    return run_app(path, colour=not options.no_color, ascii=options.ascii)


def _misuse(sentence: str) -> int:
    print(f"lispe-workbench: {sentence}", file=sys.stderr)
    return 2
