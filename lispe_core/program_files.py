"""What programs are read from, what they ask for, and what they find when they begin."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from lispe_core.builtins.mathematics import CONSTANTS
from lispe_core.errors import LispError
from lispe_core.forms import LispList, Strings, Value

VERSION = "1.2025.11"
"""The version of LispE whose language this is."""


def text_of_file(path: str) -> str:
    """The text of a program.

    Raises:
        LispError: There is no such file, or it is no text.
    """
    try:
        return Path(path).read_text("utf-8-sig")
    except OSError:
        raise LispError(f"Unknown file: {path}", bare=True) from None
    except UnicodeDecodeError:
        raise LispError(f"'{path}' is not UTF-8 text") from None


PROGRAM = "_root"
"""The variable that holds the forms of the program; it gets its value when it is asked for."""


def read_standard_input(prompt: str) -> str | None:
    """A line of standard input without its end; ``None`` at the end of input."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def predefined(arguments: Sequence[str]) -> list[tuple[str, Value]]:
    """The variables that every program has from the start, with their first values."""
    return [
        ("_args", Strings(arguments) if arguments else LispList()),
        ("_current", str(Path.cwd()) + os.sep),
        ("_sep", os.sep),
        ("_version", VERSION),
        *CONSTANTS.items(),
    ]
