"""A module follows its input: to its device, and its input to the module's element type."""

from __future__ import annotations

from itertools import chain

import torch
from torch import Tensor, nn

from torch_lib.errors import ArgumentError

__all__ = ["floating_input", "follow"]


def follow(module: nn.Module, input: Tensor) -> Tensor:
    """Move ``module`` to where ``input`` is, and give ``input`` back in the module's type.

    Parameters move in place, so that optimizers keep working. Token ids stay whole numbers; a
    module that takes them says so by a true ``takes_ids``. Quantized weights take floating inputs
    of any type.
    """
    reference = _first(module, "_parameters")
    if reference is None:
        reference = _first(module, "_buffers")
    if reference is None:
        return input
    if reference.is_meta and not input.is_meta:
        raise ArgumentError("the model has been freed")
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


def _first(module: nn.Module, kind: str) -> Tensor | None:
    """The first of ``module.parameters()`` or of ``module.buffers()``, for a tenth of the time."""
    for tensor in getattr(module, kind).values():
        if tensor is not None:
            return tensor  # type: ignore[no-any-return]
    for child in module._modules.values():
        if child is not None and (found := _first(child, kind)) is not None:
            return found
    return None
