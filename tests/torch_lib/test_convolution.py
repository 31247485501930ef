"""Convolutions and what stands around them, recurrent networks: PyTorch's own, checked."""

from pathlib import Path

import pytest
import torch
from torch import nn

from torch_lib import convolution, recurrent
from torch_lib.checkpoints import load_model, save_model
from torch_lib.display import describe
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.layers import activation, forward, linear
from torch_lib.losses import crossentropy_loss
from torch_lib.networks import sequential
from torch_lib.optimizers import optimizer
from torch_lib.training import backward

IMAGE, WAVE, STEPS = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 20), torch.randn(2, 5, 4)


def layers() -> list[tuple[nn.Module, torch.Tensor, str]]:
    return [
        (
            convolution.conv1d(3, 4, 5, 2, 1),
            WAVE,
            "PyTorch Convolution 1D (3 -> 4, kernel_size=5, stride=2, padding=1)",
        ),
        (
            convolution.conv2d(3, 4, 3),
            IMAGE,
            "PyTorch Convolution 2D (3 -> 4, kernel_size=3, stride=1, padding=0)",
        ),
        (
            convolution.max_pool1d(2),
            WAVE,
            "PyTorch Pooling (max_pool1d, kernel_size=2, stride=2)",
        ),
        (
            convolution.avg_pool2d(3, 1),
            IMAGE,
            "PyTorch Pooling (avg_pool2d, kernel_size=3, stride=1)",
        ),
        (convolution.adaptive_avg_pool2d(2), IMAGE, "PyTorch Adaptive Pooling (2 x 2)"),
        (convolution.batch_norm1d(3), WAVE, "PyTorch Batch Normalization 1D (3)"),
        (convolution.batch_norm2d(3), IMAGE, "PyTorch Batch Normalization 2D (3)"),
        (convolution.flatten_layer(), IMAGE, "PyTorch Flatten ()"),
        (recurrent.lstm(4, 8, 2), STEPS, "PyTorch LSTM (4 -> 8, layers=2)"),
        (recurrent.gru(4, 8), STEPS, "PyTorch GRU (4 -> 8, layers=1)"),
    ]


def test_layers_print_and_are_saved(tmp_path: Path) -> None:
    path = str(tmp_path / "layer.pt")
    for layer, input, line in layers():
        forward(layer, input)
        save_model(layer.eval(), path)

        loaded = load_model(path).eval()

        assert describe(loaded) == describe(layer) == line
        assert torch.equal(forward(loaded, input), forward(layer, input))


def test_layers_are_pytorch_s() -> None:
    for ours, theirs, input in (
        (convolution.conv1d(3, 4, 5, 2, 1), nn.Conv1d(3, 4, 5, 2, 1), WAVE),
        (convolution.conv2d(3, 4, 3), nn.Conv2d(3, 4, 3), IMAGE),
        (convolution.batch_norm2d(3), nn.BatchNorm2d(3), IMAGE),
        (convolution.max_pool2d(2), nn.MaxPool2d(2), IMAGE),
        (convolution.avg_pool1d(2), nn.AvgPool1d(2), WAVE),
    ):
        ours.load_state_dict(theirs.state_dict())
        torch.testing.assert_close(forward(ours, input), theirs(input))
        torch.testing.assert_close(forward(ours, input.double()).float(), theirs(input))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_states_go_in_and_out(bidirectional: bool) -> None:
    """Two halves of a sequence, one after the other, are the whole."""
    lstm, gru = recurrent.lstm(4, 8, 2), recurrent.gru(4, 8, 1, 0.0, bidirectional)

    whole, state = recurrent.lstm_forward(lstm, STEPS)
    first, between = recurrent.lstm_forward(lstm, STEPS[:, :2])
    second, end = recurrent.lstm_forward(lstm, STEPS[:, 2:], list(between))

    torch.testing.assert_close(torch.cat((first, second), 1), whole)
    torch.testing.assert_close(end, state)
    outputs, last = recurrent.gru_forward(gru, STEPS[0])
    assert outputs.shape == (5, 16 if bidirectional else 8)
    assert isinstance(last, torch.Tensor)
    torch.testing.assert_close(outputs, forward(gru, STEPS[0]))


def test_a_convolutional_network_learns() -> None:
    network = sequential(
        [
            convolution.conv2d(1, 8, 3, 1, 1),
            convolution.batch_norm2d(8),
            activation("relu"),
            convolution.max_pool2d(2),
            convolution.flatten_layer(),
            linear(8 * 16, 2),
        ]
    )
    images = torch.randn(32, 1, 8, 8)
    classes = (images[:, 0, :4].mean((1, 2)) > images[:, 0, 4:].mean((1, 2))).long()
    steps = optimizer(network, 0.01, "adam")
    losses = []
    for _ in range(30):
        steps.zero_grad()
        loss = crossentropy_loss(forward(network, images), classes)
        backward(loss)
        steps.step()
        losses.append(loss.item())

    assert losses[-1] < 0.2 * losses[0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: convolution.conv2d(0, 4, 3), ArgumentError, "in_channels must be a positive"),
        (lambda: convolution.conv2d(1, 4, 3, 1, -1), ArgumentError, "padding must not be negative"),
        (
            lambda: forward(convolution.conv2d(1, 4, 3), IMAGE),
            ShapeError,
            "the layer expects 1 channels, got 3",
        ),
        (
            lambda: forward(convolution.conv2d(3, 4, 9), IMAGE),
            ShapeError,
            r"input \(8 8\) is smaller than the kernel",
        ),
        (
            lambda: forward(convolution.conv1d(3, 4, 3), torch.ones(2)),
            ShapeError,
            r"expected 2 or 3 dimensions, got shape \(2\)",
        ),
        (
            lambda: forward(convolution.batch_norm1d(4), WAVE),
            ShapeError,
            r"expected 4 channels in dimension 1, got shape \(2 3 20\)",
        ),
        (lambda: recurrent.lstm(4, 8, 1, 1.5), ArgumentError, r"dropout must be in \[0, 1\)"),
        (
            lambda: recurrent.gru_forward(recurrent.gru(4, 8), STEPS, torch.ones(1, 3, 8)),
            ShapeError,
            r"the state is \(1 3 8\), the layer needs \(1 2 8\)",
        ),
        (
            lambda: recurrent.lstm_forward(recurrent.lstm(4, 8), STEPS, [torch.ones(1, 2, 8)]),
            ShapeError,
            "the state has two parts, got 1",
        ),
    ],
)
def test_mistakes_are_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
