"""Whatever a program says, it gives a value or a Lisp error with a place; never anything else.

``pytest --programs 1000000 tests/lispe_core/test_generated_programs.py`` goes on for longer.
"""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest

from lispe_core.errors import LispError, SyntaxFault
from lispe_core.interpreter import Interpreter
from lispe_core.printer import display, written
from lispe_core.reader import read
from tests.lispe_core.program_grammar import ProgramGrammar

SECONDS = 20
FRESH_EVERY = 500


class TooLongError(BaseException):
    """A program that does not end."""


@contextmanager
def time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooLongError

    assert threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def problem_with(interpreter: Interpreter, source: str) -> str:
    """What ``source`` does that no program may do; empty if it behaves."""
    try:
        with time_limit():
            value = interpreter.evaluate(source)
            display(value)
            written(value)
    except LispError as error:
        if error.span is None:
            return f"no place: {error}"
    except RecursionError:
        return ""  # the printed value is nested too deeply for this test's own stack
    except (TooLongError, Exception) as defect:
        return "".join(traceback.format_exception(defect)[-4:])
    return ""


def fault_of(text: str) -> SyntaxFault | None:
    try:
        read(text)
    except SyntaxFault as fault:
        return fault
    return None


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs may write files."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def programs(pytestconfig: pytest.Config) -> int:
    wanted: int = pytestconfig.getoption("--programs")
    return wanted


def test_generated_programs(programs: int) -> None:
    grammar = ProgramGrammar(list(Interpreter().definitions()), seed=1)
    interpreter = Interpreter(output=StringIO(), error_output=StringIO())
    problems: list[str] = []
    for number in range(programs):
        if number % FRESH_EVERY == 0:
            interpreter = Interpreter(output=StringIO(), error_output=StringIO())
        source = written(grammar.form())
        assert written(read(source)[0]) == source, source
        if problem := problem_with(interpreter, source):
            problems.append(f"{source}\n{problem}")
            if len(problems) > 20:
                break
    assert not problems, "\n\n".join(problems)


def test_damaged_texts_are_refused_with_a_place(programs: int) -> None:
    grammar = ProgramGrammar(list(Interpreter().definitions()), seed=2)
    for _ in range(programs):
        text = grammar.damaged(written(grammar.form()))
        assert not (fault := fault_of(text)) or fault.span is not None, text
