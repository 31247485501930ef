"""The session of programs that use torch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workbench.runtime.recorder import SLACK, SOON, Recorder
from torch_lib.events import GenerationFinished, Metric, TokenGenerated
from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import (
    EvaluationFinished,
    LibraryLoaded,
    OutputWritten,
    TensorInspected,
    TorchStateChanged,
    ValuePinned,
    ValuesCompared,
    VariablesChanged,
    Window,
)


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    """One child for all tests with torch, which takes a while to import."""
    session = ProcessSession()
    yield Recorder(session)
    session.close()


def test_torch_is_imported_ahead_of_time(recorder: Recorder) -> None:
    recorder.wait(TorchStateChanged, lambda event: event.state == "ready")
    told = recorder.wait(LibraryLoaded, lambda event: event.name == "lispe_torch")

    assert "torch_add" in {definition.name for definition in told.definitions}
    assert recorder.printed("(torch_add '(1.0 2.0) 1)") == "(2.0 3.0)"


def test_a_tensor_is_shown_with_its_facts(recorder: Recorder) -> None:
    ending = recorder.evaluate("(setq t (torch_tensor (floats 1 2 3 4))) t")

    assert isinstance(ending, EvaluationFinished)
    assert ending.view is not None
    view = ending.view.tensor
    assert view is not None
    assert (view.shape, view.dtype, view.device) == ((4,), "float32", "cpu")
    assert view.statistics is not None
    assert (view.statistics.minimum, view.statistics.maximum) == (1.0, 4.0)
    assert view.elements == ((1.0, 2.0, 3.0, 4.0),)

    recorder.session.inspect(view.handle, Window(column=2))
    assert recorder.wait(TensorInspected).view.elements == ((3.0, 4.0),)


def test_warnings_are_one_line(recorder: Recorder) -> None:
    recorder.evaluate("(torch_set_device 0)")

    warned = recorder.wait(OutputWritten, lambda event: "warning" in event.text)
    assert warned.stream == "error"
    assert warned.text.startswith("warning: torch_set_device: CUDA is not available")


TRAINING = """
(setq model (torch_model 8 16 1))
(setq adam (torch_optimizer model 0.01 "adam"))
(setq x (torch_rand '(4 8)))
(setq y (torch_rand '(4 1)))
(while true
   (torch_optimizer_zero_grad adam)
   (setq loss (torch_mse_loss (torch_forward model x) y))
   (torch_backward loss)
   (torch_optimizer_step adam))
"""


def test_training_is_followed_and_interrupted(recorder: Recorder) -> None:
    id_ = recorder.session.evaluate(TRAINING)
    metric = recorder.wait(Metric)

    assert metric.name == "loss"
    assert recorder.interrupted_after(id_) < SOON + SLACK
    assert recorder.printed("(torch_shape x)") == "(4 8)"


GENERATION = """
(setq embedding (torch_embedding 20 8))
(setq projection (torch_linear 8 20))
(setq writer (torch_generator_create (list embedding projection)))
(torch_generator_configure writer {"max_length":10000000})
(torch_generator_generate writer (torch_tensor (integers 1 2 3)))
"""


def test_generation_is_followed_and_interrupted(recorder: Recorder) -> None:
    id_ = recorder.session.evaluate(GENERATION)
    recorder.wait(TokenGenerated)

    assert recorder.interrupted_after(id_) < SOON + SLACK
    assert recorder.wait(GenerationFinished).reason == "interrupted"


def test_a_pinned_tensor_is_compared_with_its_later_self(recorder: Recorder) -> None:
    recorder.evaluate("(setq weights (torch_tensor '(1.0 2.0)))")
    (handle,) = (
        variable.handle
        for variable in recorder.wait(
            VariablesChanged, lambda event: any(v.name == "weights" for v in event.variables)
        ).variables
        if variable.name == "weights"
    )
    recorder.session.pin(handle)
    pinned = recorder.wait(ValuePinned)
    recorder.evaluate("(set@ weights 0 5.0)")
    recorder.session.compare(handle, (), pinned.pinned)

    assert recorder.wait(ValuesCompared).view.largest == 4.0
