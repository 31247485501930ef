"""The session with its real child process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.workbench.runtime.recorder import SLACK, SOON, Recorder
from workbench.runtime import process_session
from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import (
    Completions,
    DeviceSampled,
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    EvaluationStarted,
    InputRequested,
    LibraryLoaded,
    OutputWritten,
    SessionRestarted,
    SessionUnresponsive,
    TorchStateChanged,
    ValueInspected,
    VariablesChanged,
    Window,
)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    session = ProcessSession(preload_torch=False)
    yield Recorder(session)
    session.close()


def child_of(recorder: Recorder) -> int:
    assert isinstance(recorder.session, ProcessSession)
    return recorder.session.process_id


def is_alive(process: int) -> bool:
    return psutil.pid_exists(process) and psutil.Process(process).status() != "zombie"


def ends_soon(process: int) -> bool:
    deadline = time.monotonic() + 10
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(process)


def test_output_comes_in_order_before_the_end(recorder: Recorder) -> None:
    recorder.evaluate('(loop i (range 0 500 1) (println i)) (printerr "x") (println "last")')

    told = [e for e in recorder.events if isinstance(e, OutputWritten | EvaluationFinished)]
    printed = "".join(e.text for e in told if isinstance(e, OutputWritten) and e.stream == "output")

    assert printed == "".join(f"{i}\n" for i in range(500)) + "last\n"
    assert OutputWritten("x", "error") in told
    assert isinstance(told[-1], EvaluationFinished)


def test_output_is_sent_in_few_messages(recorder: Recorder) -> None:
    recorder.evaluate("(loop i (range 0 20000 1) (println i))")

    assert len([e for e in recorder.events if isinstance(e, OutputWritten)]) < 4000


def test_an_error_has_its_place_and_its_line(recorder: Recorder) -> None:
    ending = recorder.evaluate("(+ 1 2)\n(println undefined_name)")

    assert isinstance(ending, EvaluationFailed)
    assert "undefined_name" in ending.error.message
    assert (ending.error.line, ending.error.origin) == (2, "<repl>")
    assert ending.error.source_line == "(println undefined_name)"
    assert ending.error.trace == ""


def test_definitions_survive_errors_and_interrupts(recorder: Recorder) -> None:
    recorder.evaluate("(defun double (x) (* 2 x)) (/ 1 0)")
    id_ = recorder.session.evaluate("(setq kept 5) (while true nil)")
    recorder.wait(EvaluationStarted, lambda event: event.id == id_)
    recorder.interrupted_after(id_)

    assert recorder.printed("(double kept)") == "10"


def test_what_prints_as_nothing_has_no_view(recorder: Recorder) -> None:
    ending = recorder.evaluate('(println "x")')

    assert isinstance(ending, EvaluationFinished)
    assert ending.view is None


def test_a_long_value_is_cut(recorder: Recorder) -> None:
    ending = recorder.evaluate("(range 0 1000000 1)")

    assert isinstance(ending, EvaluationFinished)
    assert ending.view is not None
    assert ending.view.truncated
    assert ending.view.text.startswith("(0 1 2 ")
    assert len(ending.view.text) < 100_000


def test_variables_are_listed_after_each_evaluation(recorder: Recorder) -> None:
    recorder.evaluate('(setq b "text") (setq a 1)')

    told = recorder.wait(VariablesChanged)

    assert [(v.name, v.kind, v.text) for v in told.variables] == [
        ("a", "integer_", "1"),
        ("b", "string_", "text"),
    ]


def test_a_variable_is_looked_at_as_it_is_now(recorder: Recorder) -> None:
    recorder.evaluate("(setq a 1)")
    handle = recorder.wait(VariablesChanged).variables[0].handle
    recorder.evaluate("(setq a 2)")
    recorder.session.inspect(handle, Window())

    assert recorder.wait(ValueInspected).view.text == "2"


def test_values_can_be_looked_at_while_a_program_runs(recorder: Recorder) -> None:
    recorder.evaluate("(setq numbers '(1 2 3))")
    handle = recorder.wait(VariablesChanged).variables[0].handle
    running = recorder.session.evaluate("(while true nil)")
    recorder.wait(EvaluationStarted, lambda event: event.id == running)

    recorder.session.inspect(handle, Window())

    assert recorder.wait(ValueInspected).view.text == "(1 2 3)"
    recorder.interrupted_after(running)


def test_an_unknown_handle_gives_a_view_of_no_kind(recorder: Recorder) -> None:
    recorder.session.inspect(12345, Window())

    assert recorder.wait(ValueInspected).view.kind == ""


def test_a_part_of_a_value_is_looked_at(recorder: Recorder) -> None:
    recorder.evaluate("(setq nested '(1 (2 3)))")
    handle = recorder.wait(VariablesChanged).variables[0].handle
    recorder.session.inspect(handle, Window(), (1, 0))

    assert recorder.wait(ValueInspected).view.text == "2"


def test_a_variable_is_defined_from_what_is_looked_at(recorder: Recorder) -> None:
    recorder.evaluate("(setq nested '(1 (2 3)))")
    handle = recorder.wait(VariablesChanged).variables[0].handle
    defining = recorder.session.define("inner", handle, (1,))

    assert isinstance(recorder.ending(defining), EvaluationFinished)
    assert recorder.printed("(push inner 4) nested") == "(1 (2 3 4))"


@pytest.mark.parametrize(
    ("name", "trail", "message"),
    [("a b", (), "no name"), ("(x", (), "no name"), ("5", (), "no name"), ("a", (9,), "no longer")],
)
def test_what_can_not_be_defined_says_why(
    recorder: Recorder, name: str, trail: tuple[int, ...], message: str
) -> None:
    recorder.evaluate("(setq list '(1))")
    handle = recorder.wait(VariablesChanged).variables[0].handle
    ending = recorder.ending(recorder.session.define(name, handle, trail))

    assert isinstance(ending, EvaluationFailed)
    assert message in ending.error.message


def test_names_are_completed(recorder: Recorder) -> None:
    recorder.evaluate("(defun my_function (x) x)")
    recorder.session.complete("my_f")
    recorder.session.complete("print")

    assert recorder.wait(Completions, lambda e: e.prefix == "my_f").names == ("my_function",)
    assert "println" in recorder.wait(Completions, lambda e: e.prefix == "print").names


def test_the_language_is_told_at_the_start(recorder: Recorder) -> None:
    told = recorder.wait(LibraryLoaded)

    assert {"println", "setq"} <= {definition.name for definition in told.definitions}


def test_devices_are_sampled(recorder: Recorder) -> None:
    processor = recorder.wait(DeviceSampled).readings[0]

    assert processor.name == "cpu"
    assert processor.memory_total
    assert processor.memory_used
    assert processor.memory_used < processor.memory_total


@pytest.mark.parametrize(
    "source",
    [
        "(while true nil)",
        "(setq n 0) (while true (setq n (+ n 1)))",
        "(loop i (irange 0 1) (catch (/ 1 0)))",
        "(while true (maybe (/ 1 0) nil))",
        '(while true (println "again and again"))',
        "(defun forever (n) (forever (+ n 1))) (forever 0)",
        "(sleep 60000)",
        "(dethread forever () (while true nil)) (forever) (wait)",
        "(dethread forever () (while true nil)) (forever)",
        "(dethread sleeps () (sleep 60000)) (sleeps) (sleeps) (+ 1 2)",
    ],
)
def test_an_interrupt_stops_any_program(recorder: Recorder, source: str) -> None:
    id_ = recorder.session.evaluate(source)
    recorder.wait(EvaluationStarted)
    time.sleep(0.3)

    assert recorder.interrupted_after(id_) < SOON + SLACK
    assert recorder.printed("(+ 1 2)") == "3"


def test_what_threads_print_and_their_error_arrive(recorder: Recorder) -> None:
    ending = recorder.evaluate(
        '(dethread tells (n) (println "thread" n) (/ 1 n)) (loop n (list 1 2 0) (tells n))'
    )

    assert isinstance(ending, EvaluationFailed)
    assert ending.error.message == "Error: division by zero"
    assert sorted(recorder.output.splitlines()) == ["thread 0", "thread 1", "thread 2"]


def test_repeated_interrupts_never_stop_what_comes_after(recorder: Recorder) -> None:
    for turn in range(20):
        id_ = recorder.session.evaluate("(while true nil)")
        recorder.session.interrupt()
        recorder.session.interrupt()
        assert isinstance(recorder.ending(id_), EvaluationInterrupted)
        assert recorder.printed(f"(+ {turn} 1)") == str(turn + 1)


def test_errors_show_the_line_of_a_function_defined_earlier(recorder: Recorder) -> None:
    session = recorder.session
    session.evaluate("(defun broken (x)\n   (+ x missing))\n\n(list 1)", "<program>")
    ending = recorder.ending(session.evaluate("\n\n\n\n(broken 1)", "<program>"))

    assert isinstance(ending, EvaluationFailed)
    assert (ending.error.line, ending.error.source_line) == (2, "   (+ x missing))")


def test_a_program_reads_lines(recorder: Recorder) -> None:
    id_ = recorder.session.evaluate('(println (input "Name? ")) (input)')
    first = recorder.wait(InputRequested)
    recorder.session.answer(first.request, "Ada")
    second = recorder.wait(InputRequested, lambda event: event.request != first.request)
    recorder.session.answer(second.request, None)
    ending = recorder.ending(id_)

    assert first.prompt == "Name? "
    assert recorder.output == "Ada\n"
    assert isinstance(ending, EvaluationFinished)


def test_an_interrupt_ends_the_wait_for_a_line(recorder: Recorder) -> None:
    id_ = recorder.session.evaluate("(input)")
    abandoned = recorder.wait(InputRequested)

    assert recorder.interrupted_after(id_) < SOON + SLACK

    recorder.session.answer(abandoned.request, "too late")
    again = recorder.session.evaluate("(input)")
    request = recorder.wait(InputRequested, lambda event: event.request != abandoned.request)
    recorder.session.answer(request.request, "in time")
    ending = recorder.ending(again)
    assert isinstance(ending, EvaluationFinished)
    assert ending.view is not None
    assert ending.view.text == "in time"


def test_a_killed_evaluator_is_replaced(recorder: Recorder) -> None:
    recorder.evaluate("(setq gone 1)")
    id_ = recorder.session.evaluate("(while true nil)")
    recorder.wait(EvaluationStarted, lambda event: event.id == id_)
    first = child_of(recorder)
    os.kill(first, signal.SIGKILL)

    restarted = recorder.wait(SessionRestarted)

    assert "SIGKILL" in restarted.reason
    assert isinstance(recorder.ending(id_), EvaluationInterrupted)
    assert child_of(recorder) != first
    assert recorder.printed("(+ 1 2)") == "3"
    assert isinstance(recorder.evaluate("gone"), EvaluationFailed)


def test_a_restart_ends_what_runs_and_forgets_what_was_defined(recorder: Recorder) -> None:
    recorder.evaluate("(setq gone 1)")
    id_ = recorder.session.evaluate("(while true nil)")
    recorder.wait(EvaluationStarted, lambda event: event.id == id_)
    first = child_of(recorder)
    recorder.session.restart()

    assert isinstance(recorder.evaluate("gone"), EvaluationFailed)
    assert isinstance(recorder.ending(id_), EvaluationInterrupted)
    assert ends_soon(first)


def test_a_silent_evaluator_is_told(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_session, "PATIENCE", 0.3)
    id_ = recorder.session.evaluate("(while true nil)")
    recorder.wait(EvaluationStarted)
    os.kill(child_of(recorder), signal.SIGSTOP)
    recorder.session.interrupt()

    assert recorder.wait(SessionUnresponsive).seconds == 0.3

    recorder.session.restart()
    assert isinstance(recorder.ending(id_), EvaluationInterrupted)
    assert recorder.printed("(+ 1 2)") == "3"


def test_closing_ends_the_evaluator_and_what_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    start_another = "import subprocess; subprocess.Popen(['sleep', '61'])\n"
    monkeypatch.setattr(process_session, "BOOTSTRAP", start_another + process_session.BOOTSTRAP)
    session = ProcessSession(preload_torch=False)
    Recorder(session).evaluate("(+ 1 2)")
    started = psutil.Process(session.process_id).children()

    session.close()

    assert started
    assert ends_soon(session.process_id)
    assert all(ends_soon(child.pid) for child in started)


def test_the_evaluator_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import time
            from workbench.runtime.process_session import ProcessSession
            session = ProcessSession(preload_torch=False)
            session.evaluate("(while true nil)")
            print(session.process_id, flush=True)
            time.sleep(60)
            """
        )
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(1)
        assert is_alive(child)
        parent.kill()

    assert ends_soon(child)


def test_an_evaluator_that_can_not_start_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_session, "BOOTSTRAP", "raise SystemExit(3)")
    session = ProcessSession(preload_torch=False)
    recorder = Recorder(session)
    ending = recorder.evaluate("(+ 1 2)")
    session.close()

    assert isinstance(ending, EvaluationFailed)
    assert "could not start" in ending.error.message


def test_a_session_without_pytorch_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    hide = "import sys; sys.modules['torch'] = None\n"
    monkeypatch.setattr(process_session, "BOOTSTRAP", hide + process_session.BOOTSTRAP)
    session = ProcessSession()
    recorder = Recorder(session)
    recorder.wait(TorchStateChanged, lambda event: event.state == "missing")
    ending = recorder.evaluate("(torch_zeros '(2))")
    session.close()

    assert isinstance(ending, EvaluationFailed)
    assert "needs PyTorch (pip install torch)" in ending.error.message
