"""Networks made of layers: the multilayer perceptron and layers in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.errors import ArgumentError
from torch_lib.kinds import description, kind, rebuilt
from torch_lib.layers import apply, checked_features
from torch_lib.memory import check_room
from torch_lib.options import check_positive

__all__ = ["model", "sequential"]


@kind("model")
class MultilayerPerceptron(nn.Module):
    """One hidden layer: linear, ReLU, linear; ``(… I)`` to ``(… O)``."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        check_positive(input_size=input_size, hidden_size=hidden_size, output_size=output_size)
        largest = (hidden_size, input_size + output_size)
        check_room(largest, torch.float32, current_device())
        self.fc1 = nn.Linear(input_size, hidden_size, device=current_device())
        self.fc2 = nn.Linear(hidden_size, output_size, device=current_device())
        self.sizes = (input_size, hidden_size, output_size)

    def forward(self, input: Tensor) -> Tensor:
        """Apply the layers."""
        features = checked_features(self, input, self.sizes[0], "model")
        output: Tensor = self.fc2(torch.relu(self.fc1(features)))
        return output

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return dict(zip(("input_size", "hidden_size", "output_size"), self.sizes, strict=True))

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Model ({' -> '.join(map(str, self.sizes))})"


@kind("sequential")
class Sequential(nn.Sequential):
    """Modules applied in order; a mask goes to those that attend.

    Args:
        layers: Modules, or the plain descriptions of them that ``configuration`` gives.
    """

    attends = True
    describes_children = True

    def __init__(self, layers: Sequence[nn.Module | Mapping[str, Any]]) -> None:
        if not layers:
            raise ArgumentError("the list of modules is empty")
        super().__init__(*(rebuilt(layer) for layer in layers))

    @property
    def takes_ids(self) -> bool:
        """Whether the first module takes token ids."""
        return bool(getattr(next(self.children()), "takes_ids", False))

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply the modules in order."""
        for layer in self:
            input = apply(layer, input, mask)
        return input

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments.

        Raises:
            KindError: A module is of no kind that can be saved.
        """
        return {"layers": [description(layer) for layer in self]}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Sequential ({len(self)} modules)"


def model(input_size: int, hidden_size: int, output_size: int) -> MultilayerPerceptron:
    """A multilayer perceptron with one hidden layer: linear, ReLU, linear.

    Raises:
        ArgumentError: A size is not positive.

    Example:
        (setq network (torch_model 4 8 2))
        network
        ; => PyTorch Model (4 -> 8 -> 2)
        (torch_shape (torch_forward network (torch_ones '(3 4))))
        ; => (3 2)
    """
    return MultilayerPerceptron(input_size, hidden_size, output_size)


def sequential(modules: Sequence[nn.Module]) -> Sequential:
    """The modules applied in order; itself a module.

    Raises:
        ArgumentError: There are none.

    Example:
        (setq network (torch_sequential (list (torch_embedding 10 4) (torch_linear 4 10))))
        network
        ; => PyTorch Sequential (2 modules)
        (torch_shape (torch_forward network '(1 2 3)))
        ; => (3 10)
    """
    return Sequential(modules)
