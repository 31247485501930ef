"""The system around a program: environment, directories, time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lispe_core.containers import text_of
from lispe_core.context import current
from lispe_core.errors import LispError
from lispe_core.forms import TRUE, Strings, Truth, Value, truth
from lispe_core.library import Library
from lispe_core.permissions import require_commands
from lispe_core.printer import abridged, display
from lispe_core.threads import pause

if TYPE_CHECKING:
    from datetime import datetime

    from lispe_core.dates import Date

system = Library("system", "function")


@system.builtin("command")
def run_command(line: str) -> Strings:
    """The lines that a command of the system prints, each with its line feed.

    The workbench refuses it unless it was started with --allow-shell, or the setting allow_shell
    or the variable LISPE_ALLOW_COMMANDS of the environment allows it.

    Example:
        (command "echo hello")    ; error: Error: commands of the system are not allowed here
    """
    require_commands()
    import subprocess

    done = subprocess.run(
        text_of(line), shell=True, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    current().error_output.write(done.stderr.decode("utf-8", "replace"))
    return Strings(done.stdout.decode("utf-8", "replace").splitlines(keepends=True))


@system.builtin("getenv")
def environment_variable(name: str) -> str:
    """The value of an environment variable, ``""`` when it is not set.

    Example:
        (getenv "NO_SUCH_VARIABLE")    ; =>
    """
    return os.environ.get(display(name), "")


@system.builtin("setenv")
def set_environment_variable(name: str, value: Value) -> Truth:
    """Set an environment variable for this program and those it starts.

    Example:
        (setenv "EXAMPLE_OF_LISPE" "on")    ; => true
        (getenv "EXAMPLE_OF_LISPE")         ; => on
    """
    os.environ[display(name)] = display(value)
    return TRUE


@system.builtin("ls")
def directory_entries(directory: str = ".") -> Strings:
    """The names in a directory, in order.

    Example:
        (fwrite "a.txt" "one")    ; => true
        (in (ls ".") "a.txt")     ; => true
    """
    try:
        return Strings(sorted(entry.name for entry in Path(directory).iterdir()))
    except OSError:
        raise LispError(f"Unknown file: {directory}", bare=True) from None


@system.builtin("isdirectory")
def is_directory(path: str) -> Truth | None:
    """Whether ``path`` is a directory.

    Example:
        (isdirectory ".")    ; => true
    """
    return truth(Path(path).is_dir())


@system.builtin("realpath")
def real_path(path: str) -> str:
    """The absolute path, without links.

    Example:
        (= (realpath ".") (realpath "./."))    ; => true
    """
    return os.path.realpath(path)


@system.builtin("fileinfo")
def file_information(path: str) -> dict[str, Value]:
    """A dictionary of what the system knows of a file: size, dates, permissions.

    Example:
        (fwrite "a.txt" "one")           ; => true
        (@ (fileinfo "a.txt") "size")     ; => 3
    """
    try:
        status = Path(path).stat()
    except OSError:
        raise LispError(f"Unknown file: {path}", bare=True) from None
    return dict(
        size=status.st_size,
        date=_date(status.st_mtime),
        change=_date(status.st_ctime),
        access=_date(status.st_atime),
        permission=status.st_mode & 0o7777,
        directory=truth(Path(path).is_dir()),
    )


def _date(seconds: float) -> Date:
    from datetime import datetime

    from lispe_core.dates import Date

    return Date(datetime.fromtimestamp(seconds))


@system.builtin("date", "now")
def current_date() -> Value:
    """The local time.

    Example:
        (type (date))    ; => date_
    """
    return _date(time.time())


_PARTS = ("year", "month", "day", "hour", "minute", "second")


def _declare(part: str) -> None:
    def read_or_set(date: Value, value: int | None = None) -> Value:
        held = _dated(date)
        if value is None:
            return getattr(held.moment, part)
        held.moment = _with_parts(held, {part: value})
        return date

    read_or_set.__name__ = part
    read_or_set.__doc__ = f"""The {part} of a date; with a second operand, set it.

    Example:
        ({part} (setdate 2024 1 2 3 4 5))    ; => {(2024, 1, 2, 3, 4, 5)[_PARTS.index(part)]}
    """
    system.add(part, read_or_set)


def _with_parts(date: Date, parts: dict[str, int]) -> datetime:
    try:
        replace: Callable[..., datetime] = date.moment.replace
        return replace(**parts)
    except (TypeError, ValueError, OverflowError):
        shown = ", ".join(f"{part} {display(value)}" for part, value in parts.items())
        raise LispError(f"there is no date with {shown}") from None


def _dated(value: Value) -> Date:
    from lispe_core.dates import Date

    if not isinstance(value, Date):
        raise LispError(f"a date is expected, not '{abridged(value)}'")
    return value


for _part in _PARTS:
    _declare(_part)


@system.builtin("weekday")
def weekday(date: Value) -> int:
    """The day of the week: 0 is Sunday.

    Example:
        (weekday (setdate 2024 1 2))    ; => 2
    """
    return _dated(date).moment.isoweekday() % 7


@system.builtin("yearday")
def yearday(date: Value) -> int:
    """The day of the year: 0 is the first of January.

    Example:
        (yearday (setdate 2024 1 2))    ; => 1
    """
    return _dated(date).moment.timetuple().tm_yday - 1


@system.builtin("setdate")
def make_date(
    year: int,
    month: int | None = None,
    day: int | None = None,
    hour: int | None = None,
    minute: int | None = None,
    second: int | None = None,
) -> Value:
    """The date of these parts; those that are missing are the current ones.

    Example:
        (setdate 2024 1 2 3 4 5)    ; => 2024/01/02 03:04:05
    """
    date: Date = current_date()
    given = zip(_PARTS, (year, month, day, hour, minute, second), strict=True)
    date.moment = _with_parts(date, {part: value for part, value in given if value is not None})
    return date


@system.builtin("chrono")
def chronometer() -> Value:
    """This instant; ``(- (chrono) start)`` is in milliseconds.

    Example:
        (type (chrono))    ; => chrono_
    """
    from lispe_core.dates import Chronometer

    return Chronometer()


@system.builtin("sleep")
def sleep(milliseconds: float) -> Truth:
    """Wait.

    Example:
        (sleep 1)    ; => true
    """
    pause(max(0, milliseconds) / 1000)
    return TRUE


@system.builtin("uuid")
def unique_identifier() -> str:
    """A new unique identifier.

    Example:
        (size (uuid))    ; => 36
    """
    from uuid import uuid4

    return str(uuid4())
