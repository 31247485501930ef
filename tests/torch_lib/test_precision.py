"""Mixed precision, early stopping and preferences."""

import math

import pytest
import torch
import torch.nn.functional as F

from torch_lib.early_stopping import early_stopping, early_stopping_step
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.layers import embedding, forward, linear
from torch_lib.losses import crossentropy_loss, mse_loss
from torch_lib.networks import model, sequential
from torch_lib.optimizers import optimizer
from torch_lib.precision import autocast, grad_scaler, scaler_scale, scaler_step, scaler_unscale
from torch_lib.preferences import dpo_loss, sequence_logprob
from torch_lib.training import backward


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_autocast_computes_in_the_narrow_type(dtype: str) -> None:
    """Products only: weights, losses and what is outside stay float32."""
    layer, input = linear(16, 8), torch.randn(4, 16)

    with autocast(dtype):
        output = forward(layer, input)
        loss = crossentropy_loss(output, torch.tensor([0, 1, 2, 3]))

    assert output.dtype == getattr(torch, dtype)
    assert loss.dtype == layer.weight.dtype == forward(layer, input).dtype == torch.float32


def test_training_under_autocast_learns() -> None:
    network = model(4, 32, 2)
    steps, scaler = optimizer(network, 0.01, "adam"), grad_scaler()
    input, target = torch.randn(32, 4), torch.randn(32, 2)
    losses = []
    for _ in range(60):
        steps.zero_grad()
        with autocast("bfloat16"):
            loss = mse_loss(forward(network, input), target)
        backward(scaler_scale(scaler, loss))
        scaler_unscale(scaler, steps)
        assert scaler_step(scaler, steps)
        losses.append(loss.item())

    assert losses[-1] < 0.8 * losses[0]


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ArgumentError, match='dtype must be "bfloat16" or "float16", got "int8"'):
        autocast("int8").__enter__()


def test_early_stopping_waits_for_its_patience() -> None:
    stopping = early_stopping(2, 0.1)

    answers = [early_stopping_step(stopping, loss) for loss in (1.0, 0.95, 0.5, 0.45, math.nan)]

    assert answers == [False, False, False, False, True]
    assert stopping.summary() == "Early Stopping (patience=2, waited=2, lowest=0.5)"
    other = early_stopping(2, 0.1)
    other.load_state_dict(stopping.state_dict())
    assert other.summary() == stopping.summary()
    with pytest.raises(ArgumentError, match="patience must be a positive integer, got 0"):
        early_stopping(0)
    with pytest.raises(ArgumentError, match="min_delta must not be negative, got -1"):
        early_stopping(1, -1)


def test_a_sequence_has_the_probability_of_its_tokens() -> None:
    logits, ids = torch.randn(2, 5, 7), torch.randint(0, 7, (2, 5))
    mask = torch.tensor([[0, 0, 1, 1, 1], [0, 1, 1, 0, 0]])

    whole, part = sequence_logprob(logits, ids), sequence_logprob(logits, ids, mask)

    each = -F.cross_entropy(logits[:, :-1].mT, ids[:, 1:], reduction="none")
    torch.testing.assert_close(whole, each.sum(1))
    torch.testing.assert_close(part, torch.stack((each[0, 1:].sum(), each[1, :2].sum())))
    torch.testing.assert_close(sequence_logprob(logits[0], ids[0]), whole[0])


def test_dpo_prefers_the_chosen():
    """The formula; and training by it raises the chosen sequence over the other."""
    numbers = torch.randn(4, 3)
    margin = (numbers[0] - numbers[1]) - (numbers[2] - numbers[3])
    expected = -torch.log(torch.sigmoid(0.5 * margin)).mean()
    loss = dpo_loss(numbers[0], numbers[1], numbers[2], numbers[3], 0.5)
    torch.testing.assert_close(loss, expected)

    network = sequential([embedding(10, 16), linear(16, 10)])
    chosen, rejected = torch.tensor([[1, 2, 3, 4]]), torch.tensor([[1, 5, 6, 7]])

    def logprob(ids: torch.Tensor) -> torch.Tensor:
        return sequence_logprob(forward(network, ids), ids)

    reference = [logprob(ids).detach() for ids in (chosen, rejected)]
    steps = optimizer(network, 0.01, "adam")
    losses = []
    for _ in range(30):
        steps.zero_grad()
        loss = dpo_loss(logprob(chosen), logprob(rejected), reference[0], reference[1])
        backward(loss)
        steps.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(math.log(2))
    assert losses[-1] < 0.5 * losses[0]


def test_misfits_are_named() -> None:
    with pytest.raises(ShapeError, match=r"logits \(2 3 4\) and ids \(2 2\) do not match"):
        sequence_logprob(torch.zeros(2, 3, 4), torch.zeros(2, 2))
    with pytest.raises(ArgumentError, match="token id 9 is outside the vocabulary"):
        sequence_logprob(torch.zeros(2, 4), torch.tensor([1, 9]))
    one, two = torch.zeros(1), torch.zeros(2)
    with pytest.raises(ShapeError, match=r"different shapes: \(1\) and \(2\)"):
        dpo_loss(one, two, one, one)
    with pytest.raises(ArgumentError, match="beta must be a positive number, got 0"):
        dpo_loss(one, one, one, one, 0)


def test_a_scaler_needs_a_loss_first() -> None:
    steps = optimizer(linear(2, 2), 0.1, "sgd")
    for use in (scaler_step, scaler_unscale):
        with pytest.raises(ArgumentError, match="the scaler has scaled no loss"):
            use(grad_scaler(), steps)
