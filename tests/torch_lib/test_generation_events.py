"""What generation tells while it writes: events, streams, callbacks; and how it is stopped."""

import math
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.torch_lib.small_models import counting_model, ids
from torch_lib.errors import ArgumentError
from torch_lib.events import (
    Event,
    GenerationFinished,
    GenerationStarted,
    TokenChance,
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
from torch_lib.pipeline_tokenizer import bpe_tokenizer, train_bpe
from torch_lib.simple_tokenizer import simple_tokenizer
from torch_lib.tokenizers import Tokenizer, encode, tag, tokenizer_of


def said(events: list[Event]) -> list[tuple[int, str]]:
    return [(event.token, event.text) for event in events if isinstance(event, TokenGenerated)]


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
    assert started == GenerationStarted("one", 3, 2, "<START>one<END>")
    assert said(tokens) == [(4, "one"), (5, " two")]
    assert isinstance(finished, GenerationFinished)
    assert (finished.tokens, finished.reason) == (2, "length")
    assert finished.seconds >= 0


def test_events_without_a_tokenizer_have_no_text(counting: Generator) -> None:
    generator_configure(counting, {"eos_token_id": 3, "do_sample": False})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(counting, ids(1))

    assert events[0] == GenerationStarted("", 1, 100)
    assert said(events) == [(2, ""), (3, "")]
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
        stream.close()

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


class Listed(nn.Module):
    """Gives the logits of the row that the last token names."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = nn.Parameter(logits)

    def forward(self, ids: Tensor) -> Tensor:
        return self.logits[ids]


@pytest.mark.parametrize(
    "settings",
    [
        {"do_sample": False},
        {"temperature": 0.3, "top_k": 2, "seed": 1},
        {"repetition_penalty": 1.5, "top_p": 0.5, "seed": 2},
    ],
)
def test_tokens_tell_how_probable_the_model_found_them(settings: dict[str, Any]) -> None:
    logits = torch.randn(12, 12) * 3
    generator = generator_create(Listed(logits))
    generator_configure(generator, {"max_length": 6, **settings})
    events: list[Event] = []

    with listening(events.append):
        written = generator_generate(generator, ids(4)).tolist()

    tokens = [event for event in events if isinstance(event, TokenGenerated)]
    assert len(tokens) == 6
    for before, event in zip(written, tokens, strict=False):
        expected = torch.log_softmax(logits[before], 0)
        assert event.logprob == pytest.approx(float(expected[event.token]), abs=1e-5)
        best = expected.sort(descending=True)
        assert [chance.token for chance in event.alternatives] == best.indices[:5].tolist()
        assert [chance.logprob for chance in event.alternatives] == pytest.approx(
            best.values[:5].tolist(), abs=1e-5
        )


def test_a_small_vocabulary_has_few_alternatives() -> None:
    generator = generator_create(Listed(torch.tensor([[0.0, -torch.inf], [1.0, 1.0]])))
    generator_configure(generator, {"max_length": 1, "do_sample": False})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(generator, ids(0))

    (token,) = [event for event in events if isinstance(event, TokenGenerated)]
    assert token.logprob == 0.0
    assert token.alternatives == (TokenChance(0, "", 0.0), TokenChance(1, "", -math.inf))


def test_nobody_pays_for_probabilities_without_listeners(
    counting: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch_lib.generation_report.likeliest", None)

    assert next(counting.stream(ids(5))).logprob is None


def test_beam_search_tells_no_probabilities(counting: Generator) -> None:
    generator_configure(counting, {"strategy": "beam_search", "num_beams": 2, "max_length": 2})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(counting, ids(1))

    tokens = [event for event in events if isinstance(event, TokenGenerated)]
    assert [(token.logprob, token.alternatives) for token in tokens] == [(None, ())] * 2


def test_control_tokens_are_told_by_their_names(counting: Generator) -> None:
    tokenizer = simple_tokenizer()
    prompt = encode(tokenizer, "one two")
    generator_configure(counting, {"max_length": 2, "do_sample": False})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(counting, tag(prompt[:1], tokenizer))

    assert events[0] == GenerationStarted("", 1, 2, "<START>")
    tokens = [event for event in events if isinstance(event, TokenGenerated)]
    assert [(token.text, token.piece) for token in tokens] == [("", "<END>"), ("one", "")]
    assert "two" in [chance.text.strip() for chance in tokens[1].alternatives]


def byte_tokenizer(folder: Path) -> Tokenizer:
    """A tokenizer with a token for every byte and one more."""
    (folder / "corpus.txt").write_text("a")
    train_bpe(str(folder / "corpus.txt"), str(folder / "bytes"), 257)
    return bpe_tokenizer(str(folder / "bytes.json"))


def test_half_characters_are_never_told(tmp_path: Path) -> None:
    tokenizer = byte_tokenizer(tmp_path)
    first, second = tokenizer.encode("é")
    logits = torch.zeros(257, 257)
    logits[:, first], logits[first, second] = 5.0, 9.0
    generator = generator_create(Listed(logits))
    generator_configure(generator, {"max_length": 2, "do_sample": False})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(generator, encode(tokenizer, "a"))

    one, two = [event for event in events if isinstance(event, TokenGenerated)]
    assert (one.text, one.piece, one.alternatives[0].text) == ("", "", "")
    assert (two.text, two.alternatives[0].text) == ("é", "é")


def test_a_vocabulary_padded_beyond_the_tokenizer_is_no_trouble(tmp_path: Path) -> None:
    tokenizer = byte_tokenizer(tmp_path)
    logits = torch.zeros(300, 300)
    logits[:, 299], logits[:, tokenizer.encode("b")[0]] = 5.0, 9.0
    generator = generator_create(Listed(logits))
    generator_configure(generator, {"max_length": 1, "do_sample": False})
    events: list[Event] = []

    with listening(events.append):
        generator_generate(generator, encode(tokenizer, "a"))

    (token,) = [event for event in events if isinstance(event, TokenGenerated)]
    assert [(chance.token, chance.text) for chance in token.alternatives[:2]] == [
        (token.token, "b"),
        (299, ""),
    ]


def test_tokens_beyond_the_tokenizer_have_no_text(tmp_path: Path) -> None:
    tokenizer = byte_tokenizer(tmp_path)
    logits = torch.zeros(300, 300)
    logits[:, 299], logits[299, 299], logits[299, tokenizer.encode("b")[0]] = 5.0, 0.0, 9.0
    generator = generator_create(Listed(logits))
    generator_configure(generator, {"max_length": 2, "do_sample": False})
    events: list[Event] = []

    generator_generate(generator, tag(torch.tensor([299]), tokenizer))
    with listening(events.append):
        generator_generate(generator, encode(tokenizer, "a"))
        generator_generate(generator, tag(torch.tensor([299]), tokenizer))

    assert [text for _, text in said(events)] == ["", "b", "b", ""]
    assert [event.prompt for event in events if isinstance(event, GenerationStarted)] == ["a", ""]
