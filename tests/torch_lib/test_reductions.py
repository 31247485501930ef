"""Sums, extremes, orders and draws."""

import pytest
import torch

from torch_lib import reductions
from torch_lib.errors import ArgumentError, ShapeError, TorchLibError

VALUES = torch.tensor([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]])


def test_reductions_match_pytorch() -> None:
    """Over everything, or along one dimension."""
    assert reductions.sum(VALUES) == 21
    assert torch.equal(reductions.sum(VALUES, -1), VALUES.sum(-1))
    assert reductions.mean(torch.tensor([1, 2])) == 1.5
    assert torch.equal(reductions.mean(VALUES, 0), VALUES.mean(0))
    torch.testing.assert_close(reductions.std(VALUES), VALUES.std())
    assert reductions.max(VALUES) == 6
    assert torch.equal(reductions.max(VALUES, 0), VALUES[1])
    assert reductions.min(VALUES) == 1
    assert torch.equal(reductions.min(VALUES, 1), torch.tensor([1.0, 4.0]))
    assert reductions.argmax(VALUES) == 3
    assert reductions.argmax(VALUES, 1).tolist() == [[0], [0]]
    assert reductions.argmax(VALUES, 1, keepdim=False).tolist() == [0, 0]


def test_norms() -> None:
    """Of all elements, whatever their shape and type."""
    torch.testing.assert_close(reductions.norm(torch.tensor([[3, 4]])), torch.tensor(5.0))
    torch.testing.assert_close(reductions.norm(VALUES, 1), torch.tensor(21.0))


def test_reductions_keep_gradients() -> None:
    """The result of a reduction can be a loss."""
    weights = torch.tensor([1.0, 2.0], requires_grad=True)

    (gradient,) = torch.autograd.grad(reductions.mean(weights), weights)

    assert torch.equal(gradient, torch.tensor([0.5, 0.5]))


def test_orders_give_values_and_places() -> None:
    """Best first for the top, ascending for sorting."""
    values, places = reductions.topk(VALUES, 2)
    assert values.tolist() == [[3, 2], [6, 5]]
    assert places.tolist() == [[0, 2], [0, 1]]
    assert reductions.topk(VALUES, 1, 0, False)[0].tolist() == [[3, 1, 2]]

    values, places = reductions.sort(VALUES[0])
    assert values.tolist() == [1, 2, 3]
    assert places.tolist() == [1, 2, 0]
    assert reductions.sort(VALUES[0], descending=True)[0].tolist() == [3, 2, 1]


def test_draws_respect_probabilities() -> None:
    """What has no weight is never drawn; without replacement nothing is drawn twice."""
    weights = torch.tensor([0.0, 1.0, 0.0, 3.0])

    drawn = reductions.multinomial(weights, 1000, True)

    assert drawn.dtype == torch.int64
    assert set(drawn.tolist()) == {1, 3}
    assert 650 < (drawn == 3).sum() < 850
    assert sorted(reductions.multinomial(weights, 2).tolist()) == [1, 3]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: reductions.sum(VALUES, 2),
            ShapeError,
            "dimension 2 out of range for a tensor with 2 dimensions",
        ),
        (lambda: reductions.max(torch.empty(0)), ShapeError, "the tensor has no elements"),
        (
            lambda: reductions.std(torch.ones(1)),
            ShapeError,
            "expected at least two elements, got 1",
        ),
        (lambda: reductions.topk(VALUES, 4), ArgumentError, "k must be between 0 and 3, got 4"),
        (
            lambda: reductions.multinomial(torch.tensor([0.0, 1.0]), 2),
            ArgumentError,
            "cannot draw 2 of 1 places without replacement",
        ),
        (
            lambda: reductions.multinomial(torch.tensor([-1.0, 2.0]), 1),
            ArgumentError,
            "each row must hold non-negative numbers with a positive sum",
        ),
        (
            lambda: reductions.multinomial(torch.tensor([1.0]), 0),
            ArgumentError,
            "the number of draws must be positive, got 0",
        ),
        (
            lambda: reductions.multinomial(torch.tensor(1.0), 1),
            ShapeError,
            "expected one or two dimensions, got 0",
        ),
    ],
)
def test_misfits_are_named(call, error: type[TorchLibError], message: str) -> None:
    """The message has the value and its bounds."""
    with pytest.raises(error) as caught:
        call()

    assert str(caught.value) == message
