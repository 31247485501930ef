"""Mixed precision: compute in a narrow type where that loses little.

bfloat16 has float32's range and needs nothing else. In float16 small gradients vanish, so the loss
is scaled up before the backward pass, and the gradients down again before the step
(Micikevicius et al. 2017, arXiv:1710.03740).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from torch_lib.devices import cuda_is_available, mps_is_available
from torch_lib.display import number_text
from torch_lib.errors import ArgumentError

__all__ = [
    "GradScaler",
    "autocast",
    "grad_scaler",
    "scaler_scale",
    "scaler_step",
    "scaler_unscale",
]

NARROW = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class GradScaler(torch.amp.GradScaler):
    """Scales losses on CUDA, and leaves them alone where float16 is not computed with."""

    def __init__(self) -> None:
        super().__init__("cuda", enabled=cuda_is_available())
        self.has_scaled = False

    def scale(self, outputs: Any) -> Any:
        """``outputs`` times the scale."""
        self.has_scaled = True
        return super().scale(outputs)

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch Gradient Scaler (scale={number_text(self.get_scale())})"


@contextmanager
def autocast(dtype: str) -> Iterator[None]:
    """Run matrix products in ``dtype``, sums and losses in float32.

    Args:
        dtype: ``"bfloat16"`` or ``"float16"``.

    Raises:
        ArgumentError: The type is another.

    Example:
        (setq layer (torch_linear 4 2))
        (torch_autocast "bfloat16" (torch_dtype (torch_forward layer (torch_ones '(1 4)))))
        ; => bfloat16
    """
    if dtype not in NARROW:
        raise ArgumentError(f'dtype must be "bfloat16" or "float16", got "{dtype}"')
    devices = ["cpu"] + ["cuda"] * cuda_is_available() + ["mps"] * mps_is_available()
    with ExitStack() as stack:
        for device in devices:
            stack.enter_context(torch.autocast(device, NARROW[dtype]))
        yield


def grad_scaler() -> GradScaler:
    """What float16 training needs on CUDA; elsewhere it scales by 1.

    Example:
        (torch_scaler_scale (torch_grad_scaler) (torch_tensor 2.0))
        ; => 2.0
    """
    return GradScaler()


def scaler_scale(scaler: GradScaler, loss: Tensor) -> Tensor:
    """``loss`` as ``backward`` should get it.

    Example:
        (setq weight (torch_requires_grad (torch_tensor '(1.0 2.0))))
        (torch_backward (torch_scaler_scale (torch_grad_scaler) (torch_sum weight)))
        (torch_grad weight)
        ; => (1.0 1.0)
    """
    scaled: Tensor = scaler.scale(loss)
    return scaled


def scaler_unscale(scaler: GradScaler, optimizer: Optimizer) -> bool:
    """Scale the gradients down again, to clip them before the step.

    Raises:
        ArgumentError: No loss has been scaled.

    Example:
        (setq layer (torch_linear 2 1))
        (setq optimizer (torch_optimizer layer 0.1 "sgd"))
        (setq scaler (torch_grad_scaler))
        (setq loss (torch_sum (torch_forward layer (torch_ones '(1 2)))))
        (torch_backward (torch_scaler_scale scaler loss))
        (torch_scaler_unscale scaler optimizer)
        ; => true
    """
    _check_scaled(scaler)
    scaler.unscale_(optimizer)
    return True


def scaler_step(scaler: GradScaler, optimizer: Optimizer) -> bool:
    """Step unless a gradient has overflowed, and choose the next scale; whether it stepped.

    Raises:
        ArgumentError: No loss has been scaled.

    Example:
        (setq layer (torch_linear 2 1))
        (setq optimizer (torch_optimizer layer 0.1 "sgd"))
        (setq scaler (torch_grad_scaler))
        (setq loss (torch_sum (torch_forward layer (torch_ones '(1 2)))))
        (torch_backward (torch_scaler_scale scaler loss))
        (torch_scaler_step scaler optimizer)
        ; => true
    """
    _check_scaled(scaler)
    before = scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    return scaler.get_scale() >= before


def _check_scaled(scaler: GradScaler) -> None:
    if not scaler.has_scaled:
        raise ArgumentError("the scaler has scaled no loss: pass it the loss before the backward")
