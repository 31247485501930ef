"""Losses: every layout, and the mistakes they catch."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from torch_lib.errors import ArgumentError, ShapeError, TorchLibError
from torch_lib.losses import crossentropy_loss, mse_loss
from torch_lib.metrics import accuracy


def test_mean_squared_error() -> None:
    """Of equal shapes, or of one element against many; targets take the type of predictions."""
    predictions, targets = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.1, 1.9, 3.2])

    torch.testing.assert_close(mse_loss(predictions, targets), torch.tensor(0.02))
    assert mse_loss(predictions, torch.tensor([1, 2, 3])) == 0
    assert mse_loss(predictions, targets.double()).dtype == torch.float32
    torch.testing.assert_close(mse_loss(predictions, torch.tensor([[2.0]])), torch.tensor(2 / 3))
    torch.testing.assert_close(mse_loss(torch.tensor(2.0), predictions), torch.tensor(2 / 3))
    assert mse_loss(torch.tensor([1, 2]), torch.tensor([1, 2])) == 0


LAYOUTS = [
    ((5,), ()),
    ((5,), (1,)),
    ((4, 5), (4,)),
    ((2, 3, 5), (2, 3)),
    ((2, 2, 3, 5), (2, 2, 3)),
    ((3, 3, 3), (3, 3)),
]


@pytest.mark.parametrize(("shape", "target_shape"), LAYOUTS)
@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.int16, torch.uint8])
def test_classes_come_last(
    shape: tuple[int, ...], target_shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    """Whatever comes before is flattened; where both layouts fit, this one wins."""
    logits = torch.randn(shape)
    targets = torch.randint(0, shape[-1], target_shape)
    log_likelihoods = logits.reshape(-1, shape[-1]).log_softmax(-1)

    expected = -log_likelihoods.gather(1, targets.reshape(-1, 1)).mean()

    torch.testing.assert_close(crossentropy_loss(logits, targets.to(dtype)), expected)


def test_pytorch_s_own_layout() -> None:
    """Classes second, where classes last does not fit."""
    logits, targets = torch.randn(2, 5, 3), torch.randint(0, 5, (2, 3))

    torch.testing.assert_close(crossentropy_loss(logits, targets), F.cross_entropy(logits, targets))


def test_the_manual_s_example() -> None:
    """Logits 2.0, 1.0, 0.1 and class 0."""
    loss = crossentropy_loss(torch.tensor([2.0, 1.0, 0.1]), torch.tensor([0]))

    assert loss.dim() == 0
    assert loss.item() == pytest.approx(0.41702995)


def test_class_probabilities() -> None:
    """Floating targets in the shape of the predictions, classes last."""
    logits, likelihoods = torch.randn(2, 3, 5), torch.rand(2, 3, 5).softmax(-1)

    expected = -(likelihoods * logits.log_softmax(-1)).sum(-1).mean()

    torch.testing.assert_close(crossentropy_loss(logits, likelihoods), expected)
    torch.testing.assert_close(
        crossentropy_loss(logits[0, 0], likelihoods[0, 0]),
        -(likelihoods * logits.log_softmax(-1))[0, 0].sum(),
    )


def test_padding_counts_unless_ignored() -> None:
    """Only the class that is named is left out."""
    logits, targets = torch.randn(3, 5), torch.tensor([1, 0, 0])

    ignoring = crossentropy_loss(logits, targets, 0)

    torch.testing.assert_close(ignoring, crossentropy_loss(logits[:1], targets[:1]))
    torch.testing.assert_close(crossentropy_loss(logits, targets), F.cross_entropy(logits, targets))
    outside = torch.tensor([1, -100, -100])
    torch.testing.assert_close(crossentropy_loss(logits, outside, -100), ignoring)


def test_losses_keep_gradients() -> None:
    """Both can be minimised."""
    for loss, targets in ((mse_loss, torch.zeros(2, 3)), (crossentropy_loss, torch.tensor([0, 2]))):
        predictions = torch.randn(2, 3, requires_grad=True)
        (gradient,) = torch.autograd.grad(loss(predictions, targets), predictions)
        assert gradient.abs().sum() > 0


def test_accuracy_is_the_share_of_hits() -> None:
    """The largest logit decides."""
    logits = torch.tensor([[[1.0, 2.0], [3.0, 0.0]]])

    assert accuracy(logits, torch.tensor([[1, 1]])) == 0.5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: mse_loss(torch.zeros(2), torch.zeros(3)),
            ShapeError,
            "predictions (2) and targets (3) have different shapes",
        ),
        (
            lambda: mse_loss(torch.zeros(4, 1), torch.zeros(4)),
            ShapeError,
            "predictions (4 1) and targets (4) have different shapes",
        ),
        (
            lambda: crossentropy_loss(torch.zeros(4, 13, 35), torch.zeros(4, 15).long()),
            ShapeError,
            "predictions (4 13 35) and targets (4 15) do not match",
        ),
        (
            lambda: crossentropy_loss(torch.zeros(4, 5), torch.zeros(4)),
            ShapeError,
            "predictions (4 5) and targets (4) do not match",
        ),
        (
            lambda: crossentropy_loss(torch.tensor(1.0), torch.tensor(0)),
            ShapeError,
            "predictions () and targets () do not match",
        ),
        (
            lambda: crossentropy_loss(torch.zeros(2, 35), torch.tensor([1, 40])),
            ArgumentError,
            "target class 40 is outside 0 .. 34",
        ),
        (
            lambda: crossentropy_loss(torch.zeros(2, 35), torch.tensor([1, -100])),
            ArgumentError,
            "target class -100 is outside 0 .. 34",
        ),
        (
            lambda: accuracy(torch.zeros(2, 3), torch.zeros(3)),
            ShapeError,
            "predictions (2 3) and targets (3) do not match",
        ),
    ],
)
def test_misfits_are_named(call, error: type[TorchLibError], message: str) -> None:
    """The message has both shapes, or the class."""
    with pytest.raises(error) as caught:
        call()

    assert str(caught.value) == message


@pytest.mark.gpu
def test_wrong_ids_do_not_spoil_the_device() -> None:
    """On CUDA they are found before a kernel fails on them."""
    logits: Tensor = torch.randn(2, 3, device="cuda")

    with pytest.raises(ArgumentError, match=r"^target class 9 is outside 0 \.\. 2$"):
        crossentropy_loss(logits, torch.tensor([0, 9], device="cuda"))

    assert crossentropy_loss(logits, torch.tensor([0, 2], device="cuda")).isfinite()
