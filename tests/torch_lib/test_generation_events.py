"""What generation tells while it writes: events, streams, callbacks; and how it is stopped."""

import threading
from typing import Any

import pytest
import torch

from tests.torch_lib.small_models import counting_model, ids
from torch_lib.errors import ArgumentError
from torch_lib.events import (
    Event,
    GenerationFinished,
    GenerationStarted,
    TokenGenerated,
    listening,
)
from torch_lib.generation import (
    Generator,
    generator_configure,
    generator_create,
    generator_generate,
    generator_greedy,
    generator_stream,
)
from torch_lib.simple_tokenizer import simple_tokenizer
from torch_lib.tokenizers import encode, tokenizer_of


def test_events_tell_the_story() -> None:
    tokenizer = simple_tokenizer()
    prompt = encode(tokenizer, "one two three four")
    generator = generator_create(counting_model())
    events: list[Event] = []

    with listening(events.append):
        written = generator_greedy(generator, prompt[1:3], 5)
        events.clear()
        prompt = encode(tokenizer, "one")
        generator_greedy(generator, prompt, 5)

    assert written.tolist() == [4, 5, 6, 7, 8]
    started, *tokens, finished = events
    assert started == GenerationStarted("one", 3, 2)
    assert tokens == [TokenGenerated(4, "one"), TokenGenerated(5, " two")]
    assert isinstance(finished, GenerationFinished)
    assert (finished.tokens, finished.reason) == (2, "length")
    assert finished.seconds >= 0


def test_events_without_a_tokenizer_have_no_text(counting: Generator) -> None:
    generator_configure(counting, {"eos_token_id": 3, "do_sample": False})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(counting, ids(1))

    assert events[:-1] == [
        GenerationStarted("", 1, 100),
        TokenGenerated(2, ""),
        TokenGenerated(3, ""),
    ]
    assert isinstance(events[-1], GenerationFinished)
    assert events[-1].reason == "end"


def test_events_of_a_batch_are_those_of_its_first_row(counting: Generator) -> None:
    generator_configure(counting, {"eos_token_id": 6, "do_sample": False})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(counting, torch.tensor([[4], [1]]))

    assert [event.token for event in events if isinstance(event, TokenGenerated)] == [5, 6]


def test_written_ids_remember_the_tokenizer() -> None:
    tokenizer = simple_tokenizer()

    written = generator_greedy(generator_create(counting_model()), encode(tokenizer, "one two"), 6)

    assert tokenizer_of(written) is tokenizer


def test_a_stream_gives_tokens_as_they_come(counting: Generator) -> None:
    generator_configure(counting, {"max_length": 4, "do_sample": False})

    stream = counting.stream(ids(5))

    assert next(stream) == TokenGenerated(6, "")
    assert [event.token for event in stream] == [7, 8, 9]


def test_a_stream_left_early_is_finished(counting: Generator) -> None:
    counting.model.train()
    events: list[Event] = []

    with listening(events.append):
        stream = counting.stream(ids(5))
        next(stream)
        while_writing = counting.model.training
        stream.close()  # type: ignore[attr-defined]

    assert (while_writing, counting.model.training) == (False, True)
    assert isinstance(events[-1], GenerationFinished)
    assert (events[-1].tokens, events[-1].reason) == (1, "stopped")


def test_the_callback_hears_every_token_and_can_stop(counting: Generator) -> None:
    heard: list[tuple[int, str]] = []
    events: list[Event] = []

    def callback(token: int, data: str) -> str | None:
        heard.append((token, data))
        return "stop" if token == 4 else None

    generator_configure(counting, {"do_sample": False, "max_length": 50})
    with listening(events.append):
        written = generator_stream(counting, ids(1), callback, "data")

    assert heard == [(2, "data"), (3, "data"), (4, "data")]
    assert written.tolist() == [1, 2, 3, 4]
    assert isinstance(events[-1], GenerationFinished)
    assert events[-1].reason == "stopped"
    assert counting.config.callback is None


def test_a_configured_callback_is_called(counting: Generator) -> None:
    heard: list[int] = []
    generator_configure(
        counting,
        {"max_length": 2, "do_sample": False, "callback": lambda token, data: heard.append(token)},
    )

    generator_generate(counting, ids(1))

    assert heard == [2, 3]
    with pytest.raises(ArgumentError, match="a callback needs one sequence, got 2"):
        generator_generate(counting, torch.tensor([[1], [2]]))


class Interruption(BaseException):
    """What a session raises in a listener."""


@pytest.mark.parametrize("source", ["listener", "callback"])
def test_an_interruption_leaves_everything_in_order(counting: Generator, source: str) -> None:
    counting.model.train()
    events: list[Event] = []

    def listen(event: Event) -> None:
        events.append(event)
        if source == "listener" and isinstance(event, TokenGenerated) and event.token == 3:
            raise Interruption

    def call(token: int, data: Any) -> None:
        if source == "callback" and token == 3:
            raise Interruption

    with listening(listen), pytest.raises(Interruption):
        generator_stream(counting, ids(1), call)

    assert isinstance(events[-1], GenerationFinished)
    assert events[-1].reason == "interrupted"
    assert counting.model.training
    assert torch.is_grad_enabled()
    generator_greedy(counting, ids(1), 3)


def test_threads_take_turns(counting: Generator) -> None:
    generator_configure(counting, {"max_length": 8, "do_sample": False})
    texts: list[list[int]] = []
    workers = [
        threading.Thread(target=lambda: texts.append(generator_generate(counting, ids(2)).tolist()))
        for _ in range(4)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert texts == [[2, 3, 4, 5, 6, 7, 8, 9, 10]] * 4
