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
    """Switch ``model`` to training, where dropout works, and give it back.

    Example:
        (setq layer (torch_train (torch_dropout 0.5)))
        (setq dropped (torch_forward layer (torch_ones '(1000))))
        (torch_max dropped)
        ; => 2.0
        (torch_min dropped)
        ; => 0.0
    """
    return model.train()


def eval(model: ModuleT) -> ModuleT:
    """Switch ``model`` to evaluation, where dropout rests, and give it back.

    Example:
        (setq layer (torch_eval (torch_dropout 0.9)))
        (torch_forward layer '(1.0 2.0))
        ; => (1.0 2.0)
    """
    return model.eval()


def parameters(model: nn.Module) -> list[Tensor]:
    """The parameter tensors of ``model`` themselves, not copies.

    Example:
        (map 'torch_shape (torch_parameters (torch_linear 4 2)))
        ; => ((2 4) (2))
    """
    return list(model.parameters())


def parameter_count(model: nn.Module) -> int:
    """The number of elements in all parameters.

    Example:
        (torch_parameter_count (torch_model 4 8 2))
        ; => 58
    """
    return sum(parameter.numel() for parameter in model.parameters())


def freeze(model: ModuleT) -> ModuleT:
    """Keep the parameters of ``model`` from training, and give it back.

    Example:
        (setq body (torch_freeze (torch_linear 4 8)))
        (setq head (torch_linear 8 2))
        (torch_backward (torch_sum (torch_forward head (torch_forward body (torch_ones '(3 4))))))
        ; => true
        (map 'torch_grad (torch_parameters body))
        ; => (nil nil)
    """
    return model.requires_grad_(False)


def unfreeze(model: ModuleT) -> ModuleT:
    """Let the parameters of ``model`` train again, and give it back.

    Example:
        (setq layer (torch_freeze (torch_linear 1 1)))
        (torch_unfreeze layer)
        (torch_backward (torch_sum (torch_forward layer '((1.0) (2.0)))))
        (map 'torch_grad (torch_parameters layer))
        ; => (((3.0)) (2.0))
    """
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
