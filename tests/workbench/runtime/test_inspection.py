"""What takes long to find out about a value is found by the child, and can be stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.workbench.runtime.recorder import Recorder
from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import (
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    EvaluationStarted,
    Handle,
    TensorInspected,
    TensorMeasured,
    ValuesCompared,
    Window,
)

SOON = 1.5
"""Seconds in which a look at every element is stopped, on a loaded machine."""


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    session = ProcessSession()
    yield Recorder(session)
    session.close()


def made(recorder: Recorder, source: str) -> Handle:
    """The handle of what ``source`` evaluates to."""
    ending = recorder.evaluate(source)
    assert isinstance(ending, EvaluationFinished), ending
    assert ending.view is not None
    return ending.view.handle


def test_every_element_is_looked_at_by_an_evaluation(recorder: Recorder) -> None:
    handle = made(recorder, "(torch_arange 0 2000001)")

    ending = recorder.ending(recorder.session.measure(handle))
    recorder.session.inspect(handle, Window())

    measured = recorder.wait(TensorMeasured, lambda event: event.handle == handle)
    seen = recorder.wait(TensorInspected, lambda event: event.view.handle == handle)
    assert isinstance(ending, EvaluationFinished)
    assert ending.view is None
    assert measured.statistics is not None
    assert (measured.statistics.maximum, measured.statistics.sampled) == (2000000.0, None)
    assert seen.view.statistics == measured.statistics


def test_every_element_is_compared_by_an_evaluation(recorder: Recorder) -> None:
    first = made(recorder, "(torch_zeros '(1500 1001))")
    second = made(recorder, "(torch_ones '(1500 1001))")

    recorder.ending(recorder.session.measure(first, (), second))

    view = recorder.wait(ValuesCompared, lambda event: event.view.handle == first).view
    assert (view.different, view.sampled) == (1500 * 1001, None)


def test_a_look_at_every_element_is_stopped(recorder: Recorder) -> None:
    handle = made(recorder, "(torch_expand (torch_ones '(1 1)) '(40000 100000))")
    id_ = recorder.session.measure(handle)
    recorder.wait(EvaluationStarted, lambda event: event.id == id_)

    asked = time.monotonic()
    recorder.session.interrupt()
    ending = recorder.ending(id_)

    assert isinstance(ending, EvaluationInterrupted)
    assert time.monotonic() - asked < SOON


def test_what_is_gone_is_not_measured(recorder: Recorder) -> None:
    ending = recorder.ending(recorder.session.measure(999_999))

    assert isinstance(ending, EvaluationFailed)
    assert "no longer there" in ending.error.message
