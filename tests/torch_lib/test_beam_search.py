"""Beam search."""

import torch

from tests.torch_lib.small_models import ids
from torch_lib.decoder import DecoderModel
from torch_lib.events import (
    Event,
    Progress,
    TokenGenerated,
    listening,
)
from torch_lib.generation import (
    Generator,
    generator_beam_search,
    generator_configure,
    generator_create,
    generator_greedy,
)
from torch_lib.layers import embedding


def test_beam_search_finds_at_least_as_probable_a_text_as_greedy(llama: DecoderModel) -> None:
    generator = generator_create(llama)

    def log_probability(text: torch.Tensor) -> float:
        with torch.no_grad():
            steps = llama(text[:-1]).log_softmax(-1).gather(1, text[1:, None])
        return float(steps[1:].sum())

    for first in range(8):
        greedy = generator_greedy(generator, ids(first, 1), 12)
        beams = generator_beam_search(generator, ids(first, 1), 12, 8)
        assert log_probability(beams) >= log_probability(greedy) - 1e-4


def test_beam_search_is_exact_where_it_follows_everything() -> None:
    torch.manual_seed(1)
    model = embedding(4, 4)
    generator = generator_create(model)
    steps = model.weight.log_softmax(-1)
    texts = torch.cartesian_prod(*[torch.arange(4)] * 3)
    totals = (
        steps[0, texts[:, 0]] + steps[texts[:, 0], texts[:, 1]] + steps[texts[:, 1], texts[:, 2]]
    )

    found = generator_beam_search(generator, ids(0), 4, 16)

    assert found[1:].tolist() == texts[totals.argmax()].tolist()


def test_beam_search_prefers_finished_texts_and_weighs_length() -> None:
    model = embedding(4, 4)
    with torch.no_grad():
        model.weight.copy_(
            torch.tensor(
                [
                    [0.0, 0.55, 0.45, 0.0],
                    [0.0, 0.9, 0.0, 0.1],
                    [0.0, 0.0, 0.5, 0.5],
                    [0.25, 0.25, 0.25, 0.25],
                ]
            ).log()
        )
    generator = generator_create(model)

    def best(length_penalty: float) -> list[int]:
        generator_configure(generator, {"eos_token_id": 3, "length_penalty": length_penalty})
        return generator_beam_search(generator, ids(0), 6, 4).tolist()

    assert best(0.0) == [0, 2, 3]
    assert best(3.0) == [0, 1, 1, 1, 1, 3]


def test_beam_search_tells_its_progress(counting: Generator) -> None:
    events: list[Event] = []

    with listening(events.append):
        generator_beam_search(counting, ids(0), 4, 2)

    assert [event for event in events if isinstance(event, Progress)] == [
        Progress("beam search", done, 3) for done in (1, 2, 3)
    ]
    assert [event.token for event in events if isinstance(event, TokenGenerated)] == [1, 2, 3]
