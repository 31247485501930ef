"""Recurrent networks.  B sequences, T steps, I inputs, H hidden units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.display import shape_text
from torch_lib.errors import ShapeError
from torch_lib.kinds import kind
from torch_lib.layers import check_dropout, checked_features
from torch_lib.options import check_positive
from torch_lib.placement import follow

__all__ = ["gru", "gru_forward", "lstm", "lstm_forward"]

State = Tensor | tuple[Tensor, ...]


class RecurrentOptions:
    """What LSTM and GRU share.

    Args:
        input_size: I.
        hidden_size: H.
        num_layers: How many layers lie on top of each other.
        dropout: The probability of dropping what one layer hands to the next, while training.
        bidirectional: Whether a second network reads from the end.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        check_positive(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        check_dropout(dropout)
        self.options = {
            "input_size": input_size,
            "hidden_size": hidden_size,
            "num_layers": num_layers,
            "dropout": dropout,
            "bidirectional": bidirectional,
        }
        super().__init__(  # type: ignore[call-arg]
            input_size,
            hidden_size,
            num_layers,
            batch_first=True,
            dropout=dropout if num_layers > 1 else 0.0,  # there is nothing to hand on
            bidirectional=bidirectional,
            device=current_device(),
        )

    def forward(self, input: Tensor) -> Tensor:
        """The outputs of the last layer: ``(B T I)`` to ``(B T H)``."""
        outputs: Tensor = self.run(input, None)[0]
        return outputs

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Outputs and the state after the last step, from ``state`` or from zeros."""
        size = self.options["input_size"]
        input = checked_features(self, input, size)  # type: ignore[arg-type]
        if input.dim() not in (2, 3) or 0 in input.shape[:-1]:
            raise ShapeError(f"expected (batch steps {size}), got {shape_text(input.shape)}")
        outputs: tuple[Tensor, State] = super().forward(input, state)  # type: ignore[misc]
        return outputs

    def state_shape(self, input: Tensor) -> tuple[int, ...]:
        """The shape of each part of the state for ``input``."""
        directions = 2 if self.options["bidirectional"] else 1
        batch = (input.size(0),) if input.dim() == 3 else ()
        return (self.options["num_layers"] * directions, *batch, self.options["hidden_size"])

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return dict(self.options)

    def summary(self) -> str:
        """The printed line."""
        sizes = f"{self.options['input_size']} -> {self.options['hidden_size']}"
        return f"PyTorch {type(self).__name__} ({sizes}, layers={self.options['num_layers']})"


@kind("lstm")
class LSTM(RecurrentOptions, nn.LSTM):  # type: ignore[misc]
    """Long short-term memory (Hochreiter & Schmidhuber 1997)."""


@kind("gru")
class GRU(RecurrentOptions, nn.GRU):  # type: ignore[misc]
    """Gated recurrent units (Cho et al. 2014, arXiv:1406.1078)."""


RecurrentT = TypeVar("RecurrentT", LSTM, GRU)


def lstm(
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    dropout: float = 0.0,
    bidirectional: bool = False,
) -> LSTM:
    """A long short-term memory; ``torch_forward`` gives its outputs, ``(B T I)`` to ``(B T H)``.

    Args:
        input_size: I.
        hidden_size: H.
        num_layers: How many layers lie on top of each other.
        dropout: The probability of dropping what one layer hands to the next, while training.
        bidirectional: Whether a second network reads from the end; outputs are then ``(B T 2H)``.

    Raises:
        ArgumentError: A size is not positive, or ``dropout`` is not in [0, 1).

    Example:
        (torch_shape (torch_forward (torch_lstm 4 8) (torch_ones '(2 5 4))))
        ; => (2 5 8)
    """
    return LSTM(input_size, hidden_size, num_layers, dropout, bidirectional)


def gru(
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    dropout: float = 0.0,
    bidirectional: bool = False,
) -> GRU:
    """A gated recurrent network; arguments as ``lstm``.

    Raises:
        ArgumentError: A size is not positive, or ``dropout`` is not in [0, 1).

    Example:
        (torch_shape (torch_forward (torch_gru 4 8 1 0.0 true) (torch_ones '(2 5 4))))
        ; => (2 5 16)
    """
    return GRU(input_size, hidden_size, num_layers, dropout, bidirectional)


def lstm_forward(
    layer: LSTM, input: Tensor, state: Sequence[Tensor] | None = None
) -> tuple[Tensor, State]:
    """The outputs and the state after the last step.

    Args:
        layer: The network.
        input: ``(B T I)``, or ``(T I)`` for one sequence.
        state: The hidden and the cell state from which to go on, ``(layers B H)`` each.

    Returns:
        The outputs ``(B T H)``, and the pair of states.

    Raises:
        ShapeError: Sizes do not fit.

    Example:
        (setq layer (torch_lstm 4 8))
        (setq first (torch_lstm_forward layer (torch_ones '(2 5 4))))
        (setq second (torch_lstm_forward layer (torch_ones '(2 1 4)) (@ first 1)))
        (torch_shape (@ second 0))
        ; => (2 1 8)
    """
    if state is not None and len(state) != 2:
        raise ShapeError(f"the state has two parts, got {len(state)}")
    input = follow(layer, input)
    _check_state(layer, input, state or ())
    return layer.run(input, None if state is None else tuple(state))


def gru_forward(layer: GRU, input: Tensor, state: Tensor | None = None) -> tuple[Tensor, State]:
    """The outputs and the state after the last step; arguments as ``lstm_forward``.

    Raises:
        ShapeError: Sizes do not fit.

    Example:
        (map 'torch_shape (torch_gru_forward (torch_gru 4 8) (torch_ones '(2 5 4))))
        ; => ((2 5 8) (1 2 8))
    """
    input = follow(layer, input)
    _check_state(layer, input, () if state is None else (state,))
    return layer.run(input, state)


def _check_state(layer: LSTM | GRU, input: Tensor, parts: Sequence[Tensor]) -> None:
    expected = layer.state_shape(input)
    for part in parts:
        if part.shape != torch.Size(expected):
            given = shape_text(part.shape)
            raise ShapeError(f"the state is {given}, the layer needs {shape_text(expected)}")
