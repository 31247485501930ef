"""A module follows its input: to its device, and its input to the module's element type."""

from __future__ import annotations

from itertools import chain

import torch
from torch import Tensor, nn

__all__ = ["follow"]


def follow(module: nn.Module, input: Tensor) -> Tensor:
    """Move ``module`` to where ``input`` is, and give ``input`` back in the module's type.

    Parameters move in place, so that optimizers keep working. Token ids stay whole numbers; a
    module that takes them says so by a true ``takes_ids``.
    """
    reference = next(chain(module.parameters(), module.buffers()), None)
    if reference is None:
        return input
    if reference.device != input.device:
        module.to(input.device)
    if input.is_floating_point() and not getattr(module, "takes_ids", False):
        dtype = _floating_type(module, reference)
        if dtype is not None and dtype != input.dtype:
            return input.to(dtype)
    return input


def _floating_type(module: nn.Module, first: Tensor) -> torch.dtype | None:
    if first.is_floating_point():
        return first.dtype
    tensors = chain(module.parameters(), module.buffers())
    return next((tensor.dtype for tensor in tensors if tensor.is_floating_point()), None)
