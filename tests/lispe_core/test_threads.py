"""Threads of a program: output, events, interrupts, and ends of programs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from contextvars import ContextVar
from io import StringIO
from pathlib import Path

import pytest

from lispe_core import interrupts
from lispe_core.errors import Interrupted, LispError
from lispe_core.interpreter import Interpreter
from lispe_core.library import Library


def evaluate_interrupted(source: str) -> float:
    """Evaluate what never ends, and ask it to stop again and again; the seconds that it took."""
    main = threading.main_thread().ident
    assert main is not None
    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(0.1):
            signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, lambda *_: interrupts.request() and None)
    asking = threading.Thread(target=ask)
    asking.start()
    start = time.monotonic()
    try:
        with pytest.raises(Interrupted):
            Interpreter().evaluate(source)
        return time.monotonic() - start
    finally:
        ended.set()
        asking.join()
        signal.signal(signal.SIGUSR1, before)


def lisp_threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("lisp ")]


@pytest.mark.parametrize(
    "source",
    [
        "(dethread endless () (while true 1)) (endless) (wait)",
        "(dethread endless () (while true (catch (while true 1)))) (endless)",
        "(dethread sleeps () (sleep 100000)) (sleeps) (sleeps) (wait)",
        '(dethread waits () (waiton "k")) (waits) (while true 1)',
        '(dethread holds () (lock "test" (sleep 100000))) (holds) (sleep 50) (lock "test" 1)',
        "(dethread endless () (while true 1)) (endless) (while true 1)",
    ],
)
def test_a_request_ends_the_program_and_its_threads(source: str) -> None:
    """Whatever the threads and the program wait for."""
    assert evaluate_interrupted(source) < 10
    assert not lisp_threads()


def test_threads_print_and_report_where_their_program_does() -> None:
    """They run in a copy of the context that they were started in."""
    listeners: ContextVar[list[str]] = ContextVar("listeners")
    heard: list[str] = []
    library = Library("events")

    @library.builtin("emit")
    def emit(text: str) -> None:
        """Tell the listeners."""
        listeners.get().append(text)

    output = StringIO()
    token = listeners.set(heard)
    try:
        Interpreter([library], output=output).evaluate(
            '(dethread tells (n) (emit "event") (println "thread" n)) (tells 1) (wait)'
        )
    finally:
        listeners.reset(token)
    assert (output.getvalue(), heard) == ("thread 1\n", ["event"])


def test_the_first_error_in_time_is_raised() -> None:
    """Not that of the thread that was started first."""
    source = "(dethread fails (ms text) (sleep ms) (throw text)) (fails 200 'late) (fails 1 'soon)"
    with pytest.raises(LispError, match="soon"):
        Interpreter().evaluate(source + "(wait)")


def test_a_thread_recurses_as_deep_as_a_program() -> None:
    """A thread's own stack does not limit calls of Lisp functions."""
    value = Interpreter().evaluate(
        "(defun deep (n) (if (= n 0) 0 (+ 1 (deep (- n 1)))))"
        "(dethread goes_deep () (threadstore 'depth (deep 10000)))"
        "(goes_deep) (wait) (threadretrieve 'depth)"
    )
    assert value == [10000]


def test_a_run_ends_when_its_threads_have_ended(tmp_path: Path) -> None:
    """What they print is there, and their error is the error of the run."""
    program = tmp_path / "threads.lisp"
    program.write_text('(dethread f (n) (sleep 100) (println "done") (/ n 0))\n(f 1)\n')
    command = [sys.executable, "-m", "workbench", "--run", str(program)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (1, "done\n")
    assert done.stderr.startswith(f"Error: division by zero\n  --> {program}:1:46\n")


def test_a_destructor_runs_when_its_instance_is_gone() -> None:
    """``toclean`` names the method; it still sees the fields."""
    output = StringIO()
    Interpreter(output=output).evaluate(
        "(class@ Door (name) (defun open () (toclean 'close)) (defun close () (println name)))"
        '(setq d (Door "front")) (d (open)) (setq d nil)'
    )
    assert output.getvalue() == "front\n"


def test_classes_of_one_program_are_no_types_of_another() -> None:
    """A class named ``x`` elsewhere leaves the pattern ``x`` a variable."""
    Interpreter().evaluate("(class@ x (n))")
    assert Interpreter().evaluate("(defpat f (x) x) (f 3)") == 3


def test_files_are_loaded_into_a_space(tmp_path: Path) -> None:
    """Once for each space."""
    loaded = tmp_path / "area.lisp"
    loaded.write_text("(defun area (x) (* x x))")
    interpreter = Interpreter()
    interpreter.evaluate(f'(load "{loaded}" \'squares)')
    assert interpreter.evaluate("(space squares (area 3))") == 9
    interpreter.evaluate(f'(load "{loaded}" fields) (loadcode "(defun side (x) x)" fields)')
    assert interpreter.evaluate("(space fields (list (area 4) (side 5)))") == [16, 5]
    with pytest.raises(LispError, match="Unbound atom: 'area'"):
        interpreter.evaluate("(area 3)")
