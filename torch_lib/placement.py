"""A module follows its input: to its device, and its input to the module's element type."""

from __future__ import annotations

from itertools import chain

import torch
from torch import Tensor, nn

__all__ = ["floating_input", "follow"]


def follow(module: nn.Module, input: Tensor) -> Tensor:
    """Move ``module`` to where ``input`` is, and give ``input`` back in the module's type.

    Parameters move in place, so that optimizers keep working. Token ids stay whole numbers; a
    module that takes them says so by a true ``takes_ids``. Quantized weights take floating inputs
    of any type.
    """
    reference = _first_parameter(module)
    if reference is None:
        reference = next(module.buffers(), None)
    if reference is None:
        return input
    if reference.device != input.device:
        module.to(input.device)
    if reference.dtype is input.dtype or not input.is_floating_point():
        return input
    if getattr(module, "takes_ids", False) or not reference.is_floating_point():
        return input
    return input.to(reference.dtype)


def floating_input(module: nn.Module, input: Tensor) -> Tensor:
    """``input`` with floating elements; whole numbers take the element type of ``module``."""
    if input.is_floating_point():
        return input
    tensors = chain(module.parameters(), module.buffers())
    floating = (tensor.dtype for tensor in tensors if tensor.is_floating_point())
    return input.to(next(floating, torch.get_default_dtype()))


def _first_parameter(module: nn.Module) -> Tensor | None:
    """What ``next(module.parameters())`` gives, for a tenth of its time."""
    for parameter in module._parameters.values():
        if parameter is not None:
            return parameter
    for child in module._modules.values():
        if child is not None and (found := _first_parameter(child)) is not None:
            return found
    return None
