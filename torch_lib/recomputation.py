"""Gradient checkpointing: compute a module again in the backward pass rather than store it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from torch_lib.decoder import DecoderModel
from torch_lib.kinds import description, kind, rebuilt
from torch_lib.layers import apply, forward

__all__ = [
    "checkpoint_create",
    "checkpoint_disable",
    "checkpoint_enable",
    "checkpoint_forward",
]


@kind("checkpointed")
class CheckpointedModule(nn.Module):
    """A module whose inner results are computed again when gradients need them.

    Args:
        module: The module, or the plain description of it that ``configuration`` gives.
        enabled: Whether to compute again; else the module works as it is.
    """

    attends = True
    describes_children = True

    def __init__(self, module: nn.Module | Mapping[str, Any], enabled: bool = True) -> None:
        super().__init__()
        self.module = rebuilt(module)
        self.enabled = enabled

    @property
    def takes_ids(self) -> bool:
        """Whether the module takes token ids."""
        return bool(getattr(self.module, "takes_ids", False))

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply the module, which gets the mask if it attends."""
        if not (self.enabled and torch.is_grad_enabled()):
            return apply(self.module, input, mask)
        output: Tensor = checkpoint(apply, self.module, input, mask, use_reentrant=False)
        return output

    def configuration(self) -> dict[str, Any]:
        """The constructor's arguments.

        Raises:
            KindError: The module is of no kind that can be saved.
        """
        return {"module": description(self.module), "enabled": self.enabled}

    def summary(self) -> str:
        """The printed line."""
        state = "enabled" if self.enabled else "disabled"
        return f"PyTorch Checkpointed Module (checkpointing {state})"


def checkpoint_create(module: nn.Module) -> CheckpointedModule:
    """``module``, trained with less memory for more time.

    Example:
        (torch_checkpoint_create (torch_transformer_block 64 4 128))
        ; => PyTorch Checkpointed Module (checkpointing enabled)
    """
    return CheckpointedModule(module)


def checkpoint_enable(
    wrapper: CheckpointedModule | DecoderModel,
) -> CheckpointedModule | DecoderModel:
    """Compute the inner results again in the backward pass, and give the wrapper back.

    A language model needs no wrapper: each of its blocks is computed again by itself, so that the
    results of one alone are in memory.

    Example:
        (setq wrapper (torch_checkpoint_disable (torch_checkpoint_create (torch_linear 4 2))))
        (torch_checkpoint_enable wrapper)
        ; => PyTorch Checkpointed Module (checkpointing enabled)
    """
    return _switched(wrapper, True)


def checkpoint_disable(
    wrapper: CheckpointedModule | DecoderModel,
) -> CheckpointedModule | DecoderModel:
    """Store the inner results, as modules do, and give the wrapper back.

    Example:
        (torch_checkpoint_disable (torch_checkpoint_create (torch_linear 4 2)))
        ; => PyTorch Checkpointed Module (checkpointing disabled)
    """
    return _switched(wrapper, False)


def checkpoint_forward(wrapper: CheckpointedModule, input: Tensor) -> Tensor:
    """What the module makes of ``input``.

    Example:
        (setq wrapper (torch_checkpoint_create (torch_linear 4 2)))
        (torch_shape (torch_checkpoint_forward wrapper (torch_ones '(3 4))))
        ; => (3 2)
    """
    return forward(wrapper, input)


def _switched(
    wrapper: CheckpointedModule | DecoderModel, enabled: bool
) -> CheckpointedModule | DecoderModel:
    if isinstance(wrapper, DecoderModel):
        wrapper.model.recomputes = enabled
    else:
        wrapper.enabled = enabled
    return wrapper
