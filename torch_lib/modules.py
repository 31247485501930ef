"""What every module can do: switch modes, list, count and freeze its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from torch import Tensor, nn

__all__ = [
    "eval",
    "freeze",
    "parameter_count",
    "parameters",
    "train",
    "unfreeze",
]

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def train(model: ModuleT) -> ModuleT:
    """Switch ``model`` to training, where dropout works, and give it back."""
    return model.train()


def eval(model: ModuleT) -> ModuleT:
    """Switch ``model`` to evaluation, where dropout rests, and give it back."""
    return model.eval()


def parameters(model: nn.Module) -> list[Tensor]:
    """The parameter tensors of ``model`` themselves, not copies."""
    return list(model.parameters())


def parameter_count(model: nn.Module) -> int:
    """The number of elements in all parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def freeze(model: ModuleT) -> ModuleT:
    """Keep the parameters of ``model`` from training, and give it back."""
    return model.requires_grad_(False)


def unfreeze(model: ModuleT) -> ModuleT:
    """Let the parameters of ``model`` train again, and give it back."""
    return model.requires_grad_(True)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put the model in evaluation mode for the block; each module returns to its own mode."""
    training = [module for module in model.modules() if module.training]
    try:
        for module in training:
            module.training = False
        yield
    finally:
        for module in training:
            module.training = True
