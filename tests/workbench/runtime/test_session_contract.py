"""What the app may rely on, whichever session it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.workbench.fake_session import FakeSession
from tests.workbench.runtime.recorder import Recorder
from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import (
    EvaluationFinished,
    EvaluationInterrupted,
    EvaluationStarted,
    SessionRestarted,
)
from workbench.runtime.session import Session

ENDLESS = "(while true nil)"


def fake() -> Session:
    return FakeSession(values={"(+ 1 2)": "3", "(* 2 2)": "4"})


def process() -> Session:
    return ProcessSession(preload_torch=False)


@pytest.fixture(params=[fake, process])
def recorder(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    make: Callable[[], Session] = request.param
    session = make()
    yield Recorder(session)
    session.close()


def test_an_evaluation_starts_and_finishes_with_its_value(recorder: Recorder) -> None:
    id_ = recorder.session.evaluate("(+ 1 2)", "here.lisp")

    started = recorder.wait(EvaluationStarted)
    finished = recorder.wait(EvaluationFinished)

    assert started == EvaluationStarted(id_, "(+ 1 2)", "here.lisp")
    assert finished.id == id_
    assert finished.view is not None
    assert finished.view.text == "3"


def test_evaluations_have_numbers_of_their_own_and_run_in_order(recorder: Recorder) -> None:
    first = recorder.session.evaluate("(+ 1 2)")
    second = recorder.session.evaluate("(* 2 2)")
    recorder.ending(second)

    finished = [event for event in recorder.events if isinstance(event, EvaluationFinished)]

    assert [event.id for event in finished] == [first, second]
    assert first != second


def test_an_interrupt_stops_what_runs_and_drops_what_is_queued(recorder: Recorder) -> None:
    running = recorder.session.evaluate(ENDLESS)
    recorder.wait(EvaluationStarted)
    queued = recorder.session.evaluate(ENDLESS)

    recorder.session.interrupt()

    assert isinstance(recorder.ending(running), EvaluationInterrupted)
    assert isinstance(recorder.ending(queued), EvaluationInterrupted)


def test_an_interrupt_with_nothing_to_stop_does_nothing(recorder: Recorder) -> None:
    recorder.session.interrupt()

    assert recorder.printed("(+ 1 2)") == "3"


def test_a_restart_is_told(recorder: Recorder) -> None:
    recorder.session.restart()

    assert recorder.wait(SessionRestarted).reason
    assert recorder.printed("(+ 1 2)") == "3"


def test_every_listener_is_told_everything(recorder: Recorder) -> None:
    other = Recorder(recorder.session)
    recorder.printed("(+ 1 2)")

    assert other.wait(EvaluationFinished) == recorder.wait(EvaluationFinished)


def test_closing_twice_is_harmless(recorder: Recorder) -> None:
    recorder.session.close()
    recorder.session.close()
