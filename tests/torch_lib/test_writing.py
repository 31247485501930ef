"""What generators do besides sampling: batches, guesses, memory, ends of texts and of contexts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.torch_lib.small_models import VOCABULARY, Letters, counting_model, ids
from torch_lib.decoder import DecoderModel, gpt2_model
from torch_lib.decoder_engine import DecoderEngine
from torch_lib.errors import ArgumentError, TorchLibWarning
from torch_lib.events import Event, GenerationFinished, Progress, TokenGenerated, listening
from torch_lib.generation import Generator, generate_batch, generator_create
from torch_lib.generation_config import generation_config
from torch_lib.kv_cache import StaticCache
from torch_lib.prompt_lookup import PromptLookup
from torch_lib.sampling import top_candidates
from torch_lib.simple_tokenizer import simple_tokenizer

GREEDY = {"strategy": "greedy", "max_length": 12}


@contextmanager
def counted_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many tokens each pass through the engine reads."""
    read: list[int] = []
    logits = DecoderEngine.logits

    def counting(
        self: DecoderEngine, ids: Tensor, cache: StaticCache, *rest: Any, **named: Any
    ) -> Tensor:
        read.append(ids.size(1))
        return logits(self, ids, cache, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(DecoderEngine, "logits", counting)
        yield read


def written(model: torch.nn.Module, prompt: Tensor, **settings: Any) -> list[int]:
    config = generation_config({**GREEDY, **settings})
    return generator_create(model).generate(prompt, config).tolist()


@pytest.mark.parametrize(
    "settings",
    [{}, {"repetition_penalty": 1.3}, {"no_repeat_ngram_size": 2}, {"eos_token_id": [7, 22]}],
)
def test_prompts_of_unequal_length_are_written_as_alone(
    llama: DecoderModel, settings: Mapping[str, Any]
) -> None:
    prompts = [ids(1, 2, 3, 4, 5, 6), ids(9), ids(20, 21, 22)]
    generator = Generator(llama, generation_config({**GREEDY, **settings}))

    together = generate_batch(generator, prompts)

    alone = [written(llama, prompt, **settings) for prompt in prompts]
    assert [row.tolist() for row in together] == alone


def test_unequal_prompts_of_any_model(counting: Generator) -> None:
    counting.config = generation_config({**GREEDY, "max_length": 2})

    assert [row.tolist() for row in generate_batch(counting, [ids(1, 2), ids(5)])] == [
        [1, 2, 3, 4],
        [5, 6, 7],
    ]


def test_a_batch_needs_a_prompt(counting: Generator) -> None:
    with pytest.raises(ArgumentError, match="there is no prompt"):
        generate_batch(counting, [])
    with pytest.raises(ArgumentError, match="the prompt is empty"):
        generate_batch(counting, [ids(1), ids()])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"repetition_penalty": 1.2},
        {"strategy": "sample", "seed": 4, "temperature": 0.3},
        {"use_cache": False},
        {"eos_token_id": 22},
    ],
)
@pytest.mark.parametrize("count", [1, 4, 9])
def test_guesses_do_not_change_the_text(
    llama: DecoderModel, settings: Mapping[str, Any], count: int
) -> None:
    prompt = ids(5, 6, 7, 8, 5, 6, 7, 8, 5, 6)
    plain = written(llama, prompt, max_length=40, **settings)

    assert written(llama, prompt, max_length=40, prompt_lookup=count, **settings) == plain


def test_guesses_that_are_right_save_passes() -> None:
    model = counting_model()
    passes: list[int] = []
    model.register_forward_hook(lambda module, given, output: passes.append(given[0].size(1)))

    whole = written(model, torch.arange(16) % VOCABULARY, prompt_lookup=5)

    assert whole == [token % VOCABULARY for token in range(28)]
    assert passes == [16, 22, 27]


def test_lookup_repeats_what_followed() -> None:
    lookup = PromptLookup([1, 2, 3, 4, 5, 1, 2, 3])

    assert lookup.draft(2) == [4, 5]
    assert lookup.draft(7) == [4, 5, 1, 2, 3, 4, 5]
    lookup.add(9)
    assert lookup.draft(3) == []


def test_a_conversation_reads_only_what_is_new(
    llama: DecoderModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = Generator(llama, generation_config({**GREEDY, "reuse_prefix": True}))
    first = generator.generate(ids(1, 2, 3))
    turn = torch.cat((first, ids(8, 9)))

    with counted_reading(monkeypatch) as read:
        second = generator.generate(turn)

    assert read[0] == 3  # the last token written, and the two new ones
    assert second.tolist() == written(llama, turn)
    other = ids(1, 2, 30, 31)
    assert generator.generate(other).tolist() == written(llama, other)


@torch.no_grad()
def test_what_was_read_with_other_weights_is_forgotten() -> None:
    model = gpt2_model({"vocab_size": 61, "n_embd": 32, "n_head": 2, "n_layer": 2})
    generator = Generator(model, generation_config({**GREEDY, "reuse_prefix": True}))
    first = generator.generate(ids(1, 2, 3))

    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter))

    assert generator.generate(first).tolist() == written(model, first)


def test_an_interrupted_text_leaves_nothing_wrong(llama: DecoderModel) -> None:
    generator = Generator(llama, generation_config({**GREEDY, "reuse_prefix": True}))

    def interrupt(event: Event) -> None:
        if isinstance(event, TokenGenerated):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), listening(interrupt):
        generator.generate(ids(1, 2, 3))

    assert generator.generate(ids(1, 2, 3, 4)).tolist() == written(llama, ids(1, 2, 3, 4))


def test_a_sliding_context_goes_on_with_its_second_half(llama: DecoderModel) -> None:
    prompt = torch.arange(60) % 61

    whole = written(llama, prompt, max_length=20, overflow="slide")

    assert len(whole) == 80
    kept = torch.tensor(whole[:65])[-32:]
    assert whole[65] == written(llama, kept, max_length=1)[-1]


def test_a_full_context_stops_unless_told_otherwise(llama: DecoderModel) -> None:
    with pytest.warns(TorchLibWarning, match="context of 64 tokens is full"):
        assert len(written(llama, torch.arange(60), max_length=20)) == 64


@pytest.mark.parametrize("stop", ["three", ["nothing", "three"]])
def test_a_stop_text_ends_what_is_written(counting: Generator, stop: str | list[str]) -> None:
    tokenizer = simple_tokenizer()
    tokenizer.encode("zero one two three four five six seven")
    counting.model.tokenizer = tokenizer  # type: ignore[assignment]
    three = tokenizer.encode("three")[1]
    events: list[Event] = []

    with listening(events.append):
        whole = generator_create(counting.model).generate(
            ids(three - 2), generation_config({**GREEDY, "max_length": 5, "stop": stop})
        )

    assert whole.tolist() == [three - 2, three - 1, three]
    finished = events[-1]
    assert isinstance(finished, GenerationFinished)
    assert finished.reason == "end"


@pytest.mark.parametrize("settings", [GREEDY, {"num_beams": 2}])
def test_a_stop_text_ends_its_own_row(settings: dict[str, Any]) -> None:
    """Rows of a batch go on without those that have ended, of one length or of several."""
    model = counting_model()
    model.tokenizer = Letters()  # type: ignore[assignment]
    generator = Generator(model, generation_config({**settings, "max_length": 4, "stop": "ef"}))
    events: list[Event] = []

    with listening(events.append):
        whole = generator.generate(torch.tensor([[3], [0]]))
    same, unequal = (
        generator.generate_batch(prompts) for prompts in ([ids(3), ids(0)], [ids(2, 3), ids(0)])
    )

    assert whole.tolist() == [[3, 4, 5, 0, 0], [0, 1, 2, 3, 4]]
    assert [row.tolist() for row in same] == [[3, 4, 5], [0, 1, 2, 3, 4]]
    assert [row.tolist() for row in unequal] == [[2, 3, 4, 5], [0, 1, 2, 3, 4]]
    assert [event.token for event in events if isinstance(event, TokenGenerated)] == [4, 5]


def test_a_stop_text_needs_a_tokenizer(counting: Generator) -> None:
    with pytest.raises(ArgumentError, match="stop needs a tokenizer"):
        counting.generate(ids(1), generation_config({"stop": "x"}))


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"min_p": 1.5}, "min_p must be from 0 to 1"),
        ({"typical_p": 0}, "typical_p must be above 0 and at most 1"),
        ({"stop": ["a", 3]}, "stop must be a text"),
        ({"overflow": "wrap"}, "overflow must be one of stop, slide"),
        ({"prompt_lookup": -1}, "prompt_lookup must be an integer of at least 0"),
    ],
)
def test_settings_are_checked(settings: Mapping[str, Any], rule: str) -> None:
    with pytest.raises(ArgumentError, match=rule):
        generation_config(settings)


def test_min_p_keeps_a_share_of_the_best() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()

    probabilities, _ = top_candidates(logits, 1.0, 0, 1.0, min_p=0.4)

    torch.testing.assert_close(probabilities, torch.tensor([[0.5, 0.3, 0.0, 0.0]]))


def test_typical_sampling_keeps_what_surprises_as_expected() -> None:
    whole = torch.tensor([[0.6, 0.15, 0.13, 0.12]])
    surprise = -whole.log()
    expected = float((whole * surprise).sum())
    closest = int((surprise - expected).abs().argmin())

    probabilities, chosen = top_candidates(whole.log(), 1.0, 0, 1.0, typical_p=0.01)

    assert chosen[probabilities > 0].tolist() == [closest]


def test_long_prompts_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    model = gpt2_model({"vocab_size": 61, "n_embd": 32, "n_head": 2, "n_layer": 1})
    monkeypatch.setattr("torch_lib.decoding.CHUNK", 16)
    prompt = torch.randint(0, 61, (40,))
    events: list[Event] = []

    with listening(events.append), counted_reading(monkeypatch) as read:
        in_pieces = written(model, prompt)

    monkeypatch.undo()
    assert read[:3] == [16, 16, 8]
    assert [event for event in events if isinstance(event, Progress)] == [
        Progress("read prompt", done, 40) for done in (16, 32, 40)
    ]
    assert in_pieces == written(model, prompt)


def test_the_number_of_alternatives_is_a_setting(llama: DecoderModel) -> None:
    events: list[Event] = []
    with listening(events.append):
        written(llama, ids(1, 2), max_length=1, alternatives=3)

    tokens = [event for event in events if isinstance(event, TokenGenerated)]
    assert len(tokens[0].alternatives) == 3
