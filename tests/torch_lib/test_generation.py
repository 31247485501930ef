"""Writing with language models."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import nn

from tests.torch_lib.small_models import VOCABULARY, counting_model, ids
from torch_lib.decoder import DecoderModel
from torch_lib.errors import ArgumentError, KindError, ShapeError, TorchLibWarning
from torch_lib.generation import (
    Generator,
    generate,
    generator_beam_search,
    generator_configure,
    generator_create,
    generator_generate,
    generator_greedy,
    generator_set_device,
    generator_top_k,
    generator_top_p,
    set_generation_params,
)
from torch_lib.generation_config import generation_config
from torch_lib.layers import embedding, linear
from torch_lib.positions import positional_encoding


class Uncached(nn.Module):
    """The same model without its cache."""

    def __init__(self, model: DecoderModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(ids)
        return logits


def test_greedy_takes_the_best_up_to_the_whole_length(counting: Generator) -> None:
    assert generator_greedy(counting, ids(3, 4), 6).tolist() == [3, 4, 5, 6, 7, 8]
    assert generator_greedy(counting, ids(3, 4), 2).tolist() == [3, 4]
    assert generator_greedy(counting, ids(3, 4), 1).tolist() == [3, 4]


def test_configured_length_counts_new_tokens(counting: Generator) -> None:
    result = generator_configure(counting, {"max_length": 3, "do_sample": None})

    assert result == "Generator configured successfully"
    assert generator_generate(counting, ids(3, 4)).tolist() == [3, 4, 5, 6, 7]


def test_results_have_the_shape_of_the_prompt(counting: Generator) -> None:
    batch = generator_greedy(counting, torch.tensor([[1, 2], [7, 8]]), 4)

    assert batch.tolist() == [[1, 2, 3, 4], [7, 8, 9, 10]]
    assert batch.dtype == torch.int64
    assert generator_greedy(counting, ids(1), 3).dim() == 1


@pytest.mark.parametrize("strategy", ["greedy", "sample", "beam_search"])
def test_the_end_token_ends_the_text(counting: Generator, strategy: str) -> None:
    generator_configure(
        counting,
        {"eos_token_id": 6, "strategy": strategy, "top_k": 1, "max_length": 20, "num_beams": 2},
    )

    written = generator_generate(counting, ids(4)).tolist()

    assert written[-1] == 6
    assert written.count(6) == 1


def test_several_end_tokens(counting: Generator) -> None:
    generator_configure(counting, {"eos_token_id": [9, 6], "do_sample": False})

    assert generator_generate(counting, ids(4)).tolist() == [4, 5, 6]


def test_finished_rows_are_padded(counting: Generator) -> None:
    generator_configure(counting, {"eos_token_id": 6, "pad_token_id": 11, "do_sample": False})

    written = generator_generate(counting, torch.tensor([[4], [1]]))

    assert written.tolist() == [[4, 5, 6, 11, 11, 11], [1, 2, 3, 4, 5, 6]]


def test_batch_equals_single_sequences(llama: DecoderModel) -> None:
    generator = generator_create(llama)
    prompts = torch.randint(0, 61, (3, 5), generator=torch.Generator().manual_seed(0))

    batch = generator_greedy(generator, prompts, 25)

    single = [generator_greedy(generator, prompt, 25).tolist() for prompt in prompts]
    assert batch.tolist() == single
    assert len({tuple(row[5:]) for row in single}) == 3


@pytest.mark.parametrize(
    "settings",
    [
        {"strategy": "greedy"},
        {"strategy": "greedy", "repetition_penalty": 1.5},
        {"strategy": "sample", "seed": 7},
        {"strategy": "beam_search", "num_beams": 3},
    ],
)
def test_cached_writing_equals_uncached(llama: DecoderModel, settings: Mapping[str, Any]) -> None:
    config = generation_config({**settings, "max_length": 30})

    cached = generator_create(llama).generate(ids(1, 2, 3), config)
    uncached = generator_create(Uncached(llama)).generate(ids(1, 2, 3), config)

    assert cached.tolist() == uncached.tolist()


def test_each_new_token_is_read_once(llama: DecoderModel) -> None:
    read: list[int] = []
    handle = llama.model.register_forward_hook(
        lambda module, arguments, output: read.append(arguments[0].size(1))
    )

    generator_greedy(generator_create(llama), ids(1, 2, 3), 8)
    handle.remove()

    assert read == [3, 1, 1, 1, 1]


def test_logits_of_the_last_token_alone_are_made(llama: DecoderModel) -> None:
    shapes: list[torch.Size] = []
    handle = llama.lm_head.register_forward_hook(
        lambda module, arguments, output: shapes.append(output.shape)
    )

    generator_greedy(generator_create(llama), ids(1, 2, 3), 5)
    handle.remove()

    assert shapes == [(1, 1, 61), (1, 1, 61)]


def test_equal_seeds_give_equal_texts(counting: Generator) -> None:
    generator_configure(counting, {"temperature": 3.0, "seed": 5, "max_length": 30, "top_p": 1.0})

    first, second = (generator_generate(counting, ids(0)).tolist() for _ in range(2))
    generator_configure(counting, {"seed": 6})

    assert first == second != generator_generate(counting, ids(0)).tolist()


def test_without_a_seed_the_common_random_numbers_are_drawn(counting: Generator) -> None:
    generator_configure(counting, {"temperature": 3.0, "max_length": 30})

    torch.manual_seed(0)
    first, second = (generator_generate(counting, ids(0)).tolist() for _ in range(2))
    torch.manual_seed(0)

    assert first == generator_generate(counting, ids(0)).tolist() != second


def test_strategy_functions_leave_the_configuration(counting: Generator) -> None:
    before = counting.config

    assert generator_top_k(counting, ids(0), 9, 1, 0.8).tolist() == list(range(9))
    assert generator_top_p(counting, ids(0), 9, 0.05, 1.0).tolist() == list(range(9))
    assert generator_beam_search(counting, ids(0), 9, 2).tolist() == list(range(9))
    assert generate(counting, ids(0), "greedy")[:9].tolist() == list(range(9))

    assert counting.config is before


def test_top_p_ignores_the_configured_top_k(counting: Generator) -> None:
    generator_configure(counting, {"top_k": 1, "seed": 0})

    steps = generator_top_p(counting, ids(0), 60, 0.95, 1.0).diff() % VOCABULARY

    assert set(steps.tolist()) == {1, 2}


def test_repetition_penalty_and_ngrams_come_from_the_configuration(counting: Generator) -> None:
    generator_configure(counting, {"repetition_penalty": 4.0})
    assert generator_greedy(counting, ids(4, 3), 4).tolist() == [4, 3, 5, 6]

    generator_configure(counting, {"repetition_penalty": 1.0, "no_repeat_ngram_size": 2})
    assert generator_greedy(counting, ids(3, 4, 3), 5).tolist() == [3, 4, 3, 5, 6]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temprature": 1}, r'unknown key "temprature" \(known: max_length, temperature, top_k'),
        ({"temperature": -1}, "temperature must be greater than 0, got -1"),
        ({"temperature": "hot"}, 'temperature must be greater than 0, got "hot"'),
        ({"max_length": -1}, "max_length must be an integer of at least 0, got -1"),
        ({"max_new_tokens": 1.5}, r"max_length must be an integer of at least 0, got 1\.5"),
        ({"top_k": -5}, "top_k must be an integer of at least 0"),
        ({"top_p": 0}, "top_p must be above 0 and at most 1, got 0"),
        ({"top_p": 1.1}, "top_p must be above 0 and at most 1"),
        ({"repetition_penalty": 0}, "repetition_penalty must be greater than 0"),
        ({"num_beams": 0}, "num_beams must be an integer of at least 1"),
        ({"strategy": "best"}, "strategy must be one of greedy, top_k, top_p, sample, beam_search"),
        ({"eos_token_id": "end"}, "eos_token_id must be an integer or a list of integers"),
        ({"seed": 2**64}, "seed must be an integer from -2"),
        ({"callback": 3}, "callback must be a function, got 3"),
    ],
)
def test_wrong_settings_are_named(
    counting: Generator, settings: Mapping[str, Any], message: str
) -> None:
    before = counting.config

    with pytest.raises(ArgumentError, match=message):
        generator_configure(counting, settings)

    assert counting.config is before


def test_settings_add_up_and_nil_is_the_default(counting: Generator) -> None:
    set_generation_params(counting, 7, 0.5, 3, 0.4)
    generator_configure(counting, {"num_beams": 2, "top_k": None})

    config = counting.config
    assert (config.max_length, config.temperature, config.top_k, config.top_p) == (7, 0.5, 50, 0.4)
    assert config.method == "beam_search"


def test_summary(counting: Generator) -> None:
    assert counting.summary() == "TorchGenerator(max_length=100, temperature=1, strategy=sample)"
    generator_configure(counting, generation_config({"do_sample": False, "temperature": 0.7}))
    assert counting.summary() == (
        "TorchGenerator(max_length=100, temperature=0.7, strategy=greedy)"
    )


def test_settings_print_as_one_line() -> None:
    config = generation_config({"max_new_tokens": 7, "num_beams": 3})

    assert config.summary() == (
        "GenerationConfig(max_length=7, temperature=1, strategy=beam_search)"
    )


def test_a_list_of_modules_is_a_model() -> None:
    generator = generator_create([embedding(10, 6), linear(6, 10)])

    assert generator_greedy(generator, ids(1, 2), 9).shape == (9,)


@pytest.mark.parametrize("model", [linear(2, 2), embedding(5, 3), linear(3, 3)])
def test_models_that_give_no_logits_are_refused(model: nn.Module) -> None:
    message = r"the model does not give next-token logits \(expected \[batch seq vocab\]\)"
    if isinstance(model, nn.Embedding):
        model = nn.Sequential(model, nn.Flatten(0, 1))

    with pytest.raises(KindError, match=message):
        generator_greedy(generator_create(model), ids(1, 2), 5)


def test_wrong_prompts_are_refused(counting: Generator) -> None:
    with pytest.raises(ArgumentError, match="the prompt is empty"):
        generator_generate(counting, torch.tensor([], dtype=torch.int64))
    with pytest.raises(
        ArgumentError, match=r"token id 60000 is outside the model's vocabulary \(0 \.\. 11\)"
    ):
        generator_generate(counting, ids(1, 60000))
    with pytest.raises(ShapeError, match="1 or 2 dimensions, got 3"):
        generator_generate(counting, torch.zeros(1, 1, 1))


def test_a_full_context_ends_the_text_with_a_warning(llama: DecoderModel) -> None:
    generator = generator_create(llama)

    with pytest.warns(TorchLibWarning, match="the model's context of 64 tokens is full"):
        assert len(generator_greedy(generator, ids(1, 2, 3), 80)) == 64
    with pytest.raises(ShapeError, match="the prompt has 70 tokens, the model reads at most 64"):
        generator_greedy(generator, torch.ones(70), 80)


@pytest.mark.parametrize("settings", [{"max_length": 2**62}, {"num_beams": 2**60}])
def test_texts_that_no_memory_holds_are_refused(settings: Mapping[str, Any]) -> None:
    generator = generator_create(counting_model())
    generator_configure(generator, settings)

    with pytest.raises(ShapeError, match=r"needs .* GiB are available"):
        generator_generate(generator, ids(1))


def test_positions_limit_a_list_of_modules() -> None:
    generator = generator_create([embedding(10, 6), positional_encoding(6, 8), linear(6, 10)])

    with pytest.warns(TorchLibWarning, match="the model's context of 8 tokens is full"):
        assert len(generator_greedy(generator, ids(1, 2, 3), 20)) == 8


def test_modes_and_gradients_are_as_before() -> None:
    chain = nn.Sequential(counting_model(), nn.Dropout(0.5), nn.Dropout(0.5))
    chain[1].eval()
    modes: list[tuple[bool, bool]] = []
    chain[2].register_forward_hook(
        lambda module, arguments, output: modes.append((module.training, output.requires_grad))
    )

    written = generator_greedy(generator_create(chain), ids(0), 5)

    assert written.tolist() == [0, 1, 2, 3, 4]
    assert set(modes) == {(False, False)}
    assert [module.training for module in chain.modules()] == [True, True, False, True]
    assert torch.is_grad_enabled()


def test_written_ids_can_train(llama: DecoderModel) -> None:
    written = generator_greedy(generator_create(llama), ids(1, 2), 6)

    torch.autograd.backward(llama(written).sum())

    assert llama.lm_head.weight.grad is not None
    llama.zero_grad()


def test_the_model_moves_with_its_generator(counting: Generator) -> None:
    assert generator_set_device(counting, "cpu") is counting
    with pytest.raises(Exception, match='unknown device "gpu"'):
        generator_set_device(counting, "gpu")
