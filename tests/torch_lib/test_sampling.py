"""Filters of logits and the draw."""

import pytest
import torch

from torch_lib.errors import ArgumentError
from torch_lib.sampling import (
    block_repeated_ngrams,
    draw,
    likeliest,
    most_probable,
    penalize_repetition,
    ranked,
    top_candidates,
)


def test_repetition_divides_positive_and_multiplies_negative_logits() -> None:
    logits = torch.tensor([[4.0, -4.0, 2.0, -2.0]])

    penalized = penalize_repetition(logits, torch.tensor([[0, 1, 0]]), 2.0)

    assert penalized.tolist() == [[2.0, -8.0, 2.0, -2.0]]


@pytest.mark.parametrize(
    ("ids", "size", "blocked"),
    [
        ([1, 2, 3, 1, 2], 3, {3}),
        ([1, 2, 1, 3, 1], 2, {2, 3}),
        ([1, 2, 3], 1, {1, 2, 3}),
        ([1, 2], 3, set()),
        ([1, 2, 3, 4], 2, set()),
    ],
)
def test_tokens_that_would_repeat_a_sequence_are_blocked(
    ids: list[int], size: int, blocked: set[int]
) -> None:
    logits = block_repeated_ngrams(torch.zeros(1, 5), torch.tensor([ids]), size)

    assert set(logits[0].isneginf().nonzero().flatten().tolist()) == blocked


def test_rows_are_blocked_apart() -> None:
    ids = torch.tensor([[0, 1, 0], [1, 0, 1]])

    logits = block_repeated_ngrams(torch.zeros(2, 3), ids, 2)

    assert logits.isneginf().tolist() == [[False, True, False], [True, False, False]]


def test_a_row_that_would_have_no_token_left_is_not_blocked() -> None:
    logits = torch.tensor([[1.0, 2.0]])

    assert torch.equal(block_repeated_ngrams(logits, torch.tensor([[0, 1]]), 1), logits)


def test_candidates_are_the_best_of_the_softmax() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0, 0.0]])

    probabilities, ids = top_candidates(logits, temperature=2.0, top_k=0, top_p=1.0)

    assert ids.tolist() == [[1, 2, 0, 3]]
    torch.testing.assert_close(probabilities, (logits / 2).softmax(-1).gather(1, ids))


def test_top_k_keeps_k_and_at_most_all() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0, 0.0]])

    assert top_candidates(logits, 1.0, 2, 1.0)[1].tolist() == [[1, 2]]
    assert top_candidates(logits, 1.0, 50, 1.0)[1].shape == (1, 4)


@pytest.mark.parametrize(("top_p", "kept"), [(0.4, 1), (0.5, 1), (0.6, 2), (0.79, 2), (0.95, 4)])
def test_top_p_keeps_the_fewest_that_reach_it(top_p: float, kept: int) -> None:
    logits = torch.tensor([[0.5, 0.3, 0.1, 0.1]], dtype=torch.float64).log()

    probabilities, _ = top_candidates(logits, 1.0, 0, top_p)

    assert int((probabilities > 0).sum()) == kept


def test_top_p_counts_within_top_k() -> None:
    logits = torch.tensor([[0.4, 0.3, 0.2, 0.1]]).log()

    probabilities, _ = top_candidates(logits, 1.0, 2, 0.5)

    torch.testing.assert_close(probabilities, torch.tensor([[4 / 7, 0.0]]))


def test_draws_follow_the_probabilities() -> None:
    probabilities = torch.tensor([[0.6, 0.3, 0.1, 0.0]]).expand(4000, 4)
    ids = torch.tensor([[7, 5, 3, 1]]).expand(4000, 4)

    tokens = draw(probabilities, ids, torch.Generator().manual_seed(0))

    shares = [float((tokens == token).float().mean()) for token in (7, 5, 3, 1)]
    assert shares == pytest.approx([0.6, 0.3, 0.1, 0.0], abs=0.03)


def test_equals_go_to_the_lower_id() -> None:
    assert most_probable(torch.tensor([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]])).tolist() == [1, 0]
    values = torch.tensor([1.0, 5.0, 2.0, 5.0, 2.0, 2.0])
    assert ranked(values, 4).tolist() == [1, 3, 2, 4]


def test_the_likeliest_may_stand_behind_the_last_whole_block() -> None:
    logits = torch.zeros(4200)
    logits[4190], logits[0] = 2.0, 1.0

    assert likeliest(logits, 0, 2)[1] == [4190, 0]


def test_logits_that_are_no_numbers_are_refused() -> None:
    nothing = torch.full((1, 3), torch.nan)

    with pytest.raises(ArgumentError, match="logits are not numbers"):
        most_probable(nothing)
    with pytest.raises(ArgumentError, match="logits are not numbers"):
        draw(*top_candidates(nothing, 1.0, 0, 0.9), None)


@pytest.mark.parametrize("vocabulary", [40, 4096, 4200])
@pytest.mark.parametrize("count", [0, 1, 5, 33])
def test_the_likeliest_of_many_are_found(count: int, vocabulary: int) -> None:
    logits = torch.randn(vocabulary)
    logprobs = logits.log_softmax(-1)

    chosen, ids, best = likeliest(logits, 17, count)

    expected = logprobs.topk(count)
    assert chosen == pytest.approx(float(logprobs[17]), abs=1e-5)
    assert ids == expected.indices.tolist()
    assert best == pytest.approx(expected.values.tolist(), abs=1e-5)
