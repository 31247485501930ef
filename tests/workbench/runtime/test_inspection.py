"""What takes long to find out about a value is found by the child, and can be stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.workbench.runtime.recorder import Recorder
from workbench.runtime.process_session import ProcessSession
from workbench.runtime.protocol import (
    ATTENTION_KIND,
    EvaluationFailed,
    EvaluationFinished,
    EvaluationInterrupted,
    EvaluationStarted,
    Handle,
    TensorInspected,
    TensorMeasured,
    Trail,
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
    handle = made(recorder, "(torch_expand (torch_ones '(1 1)) '(6000 100000))")
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


MODELS = """(setq sizes {"vocab_size":20 "n_embd":8 "n_head":2 "n_layer":2})
(setq llama {"vocab_size":20 "hidden_size":8 "num_attention_heads":2 "num_hidden_layers":2
             "num_key_value_heads":1 "intermediate_size":16})
(list (torch_gpt2_model sizes)
      {"encoder":(list (torch_transformer_block 8 2 16))}
      (torch_linear 8 8)
      (torch_llama_model llama))
"""


@pytest.mark.parametrize(
    ("trail", "source", "layers", "shape"),
    [
        ((0,), "'(1 2 3)", ["model.layers.0.self_attn", "model.layers.1.self_attn"], (1, 2, 3, 3)),
        ((0, "model", "layers", "1"), "'(1 2)", ["model.layers.1.self_attn"], (1, 2, 2, 2)),
        ((1, "encoder", 0), "(torch_ones '(2 5 8))", ["self_attention"], (2, 2, 5, 5)),
        ((3,), "'((1 2))", ["model.layers.0.self_attn", "model.layers.1.self_attn"], (1, 2, 2, 2)),
    ],
)
def test_a_model_attends_wherever_it_is_found(
    recorder: Recorder,
    trail: Trail,
    source: str,
    layers: list[str],
    shape: tuple[int, ...],
) -> None:
    handle = made(recorder, MODELS)

    ending = recorder.ending(recorder.session.attend(handle, trail, source))

    assert isinstance(ending, EvaluationFinished), ending
    assert ending.view is not None
    assert ending.view.kind == ATTENTION_KIND
    assert ending.view.entries is not None
    entries = ending.view.entries.entries
    assert [entry.label for entry in entries] == layers
    assert entries[-1].text == f"float32 ({' '.join(map(str, shape))}) cpu"
    maps = ending.view.handle
    recorder.session.inspect(maps, Window(), (layers[-1],))
    seen = recorder.wait(TensorInspected, lambda event: event.view.handle == maps)
    assert seen.view.shape == shape
    assert sum(seen.view.elements[-1]) == pytest.approx(1.0)


def test_what_attends_is_told_with_its_tokens(recorder: Recorder) -> None:
    """Those of the window, where the input came from a tokenizer."""
    handle = made(recorder, MODELS)
    source = '(torch_encode (torch_simple_tokenizer) "to be or [not]")'

    ending = recorder.ending(recorder.session.attend(handle, (0,), source))

    assert isinstance(ending, EvaluationFinished), ending
    assert ending.view is not None
    maps, layer = ending.view.handle, ("model.layers.0.self_attn",)
    recorder.session.inspect(maps, Window((0, 1), row=1, rows=2, column=3, columns=9), layer)
    seen = recorder.wait(TensorInspected, lambda event: event.view.handle == maps)
    assert seen.view.row_labels == ("to", "be")
    assert seen.view.column_labels == ("or", "[", "not", "]", "<END>")


@pytest.mark.parametrize(
    ("trail", "source", "problem"),
    [
        ((2,), "(torch_ones '(1 8))", "the model does not attend"),
        ((1,), "1", "only a model, or a part of one, attends"),
        ((9,), "1", "no longer there"),
        ((0,), '"some text"', "the model has no tokenizer"),
        ((0,), "(missing)", "missing"),
        ((0,), "'(900)", "900"),
        ((0,), "{}", "must be a tensor"),
    ],
)
def test_what_can_not_attend_says_why(
    recorder: Recorder, trail: Trail, source: str, problem: str
) -> None:
    handle = made(recorder, MODELS)

    ending = recorder.ending(recorder.session.attend(handle, trail, source))

    assert isinstance(ending, EvaluationFailed), ending
    assert problem in ending.error.message
    assert not ending.error.trace
