"""The backward pass, and whether gradients are recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.events import Metric, emit, has_listeners

__all__ = ["backward", "no_grad", "set_grad_enabled"]


def backward(loss: Tensor, retain_graph: bool = False, create_graph: bool = False) -> bool:
    """Accumulate the gradients of ``loss`` on the parameters it depends on.

    Args:
        loss: One element.
        retain_graph: Keep what another backward through the same computation needs.
        create_graph: Record the backward pass itself, for gradients of gradients.

    Raises:
        ShapeError: The loss has several elements.
        ArgumentError: Nothing that the loss depends on is trainable, or an earlier backward has
            freed what this one needs.

    Emits:
        Metric: ``loss``.

    Example:
        (setq weight (torch_requires_grad (torch_tensor '(1.0 2.0)) true))
        (torch_backward (torch_sum (torch_mul weight weight)))
        ; => true
        (torch_grad weight)
        ; => (2.0 4.0)
    """
    if loss.numel() != 1:
        raise ShapeError(f"the loss must have one element, it has shape {shape_text(loss.shape)}")
    if not loss.requires_grad:
        raise ArgumentError("the loss does not depend on any trainable parameter")
    try:
        (loss.reshape(()) if loss.dim() else loss).backward(  # type: ignore[no-untyped-call]
            retain_graph=retain_graph or create_graph, create_graph=create_graph
        )
    except RuntimeError as error:
        if "second time" not in str(error):
            raise
        freed = "an earlier backward has freed the graph: pass it retain_graph to keep it"
        raise ArgumentError(freed) from None
    if has_listeners():  # reading the value waits for the device
        emit(Metric("loss", loss.item()))
    return True


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording gradients.

    Example:
        (setq weight (torch_requires_grad (torch_tensor '(1.0 2.0)) true))
        (setq total (torch_no_grad (torch_sum weight)))
        (catch (torch_backward total))
        ; => Error: torch_backward: the loss does not depend on any trainable parameter
    """
    with torch.no_grad():
        yield


def set_grad_enabled(flag: bool) -> bool:
    """Record gradients from now on, or no longer.

    Example:
        (torch_set_grad_enabled nil)
        (setq output (torch_forward (torch_linear 4 2) (torch_ones '(3 4))))
        (torch_set_grad_enabled true)
        (catch (torch_backward (torch_sum output)))
        ; => Error: torch_backward: the loss does not depend on any trainable parameter
    """
    torch.set_grad_enabled(flag)
    return True
