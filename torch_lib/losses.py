"""Losses: how far predictions are from their targets.  N samples, C classes, V vocabulary."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from torch_lib.display import shape_text
from torch_lib.elementwise import floating
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.mathematics import check_same_device
from torch_lib.tensors import Shape

__all__ = ["crossentropy_loss", "mse_loss"]

NOTHING_IGNORED = torch.iinfo(torch.int64).min  # PyTorch's default, -100, hides mistakes


def mse_loss(predictions: Tensor, targets: Tensor) -> Tensor:
    """The mean squared difference, as a tensor of zero dimensions.

    Args:
        predictions: Any shape.
        targets: The same shape; or one of the two has a single element.

    Raises:
        ShapeError: The shapes differ.

    Example:
        (torch_mse_loss '(1.0 2.0 3.0) '(1.0 2.0 6.0))
        ; => 3.0
    """
    check_same_device(predictions, targets)
    predicted = floating(predictions)
    wanted = targets.to(predicted.dtype)
    if predicted.shape != wanted.shape:
        if 1 not in (predicted.numel(), wanted.numel()):
            given, expected = shape_text(predictions.shape), shape_text(targets.shape)
            raise ShapeError(f"predictions {given} and targets {expected} have different shapes")
        shape = wanted.shape if predicted.numel() == 1 else predicted.shape
        predicted, wanted = _spread(predicted, shape), _spread(wanted, shape)
    return F.mse_loss(predicted, wanted)


def crossentropy_loss(
    predictions: Tensor, targets: Tensor, ignore_index: int | None = None
) -> Tensor:
    """The mean negative log likelihood of the target classes, as a tensor of zero dimensions.

    Args:
        predictions: Logits: ``(C)``, ``(… C)``, such as ``(B T V)``, or PyTorch's ``(N C …)``.
        targets: Class indices: one for ``(C)``, ``(…)`` for ``(… C)``, ``(N …)`` for ``(N C …)``;
            or class probabilities in the shape of the predictions.
        ignore_index: A class whose targets do not count.

    Raises:
        ShapeError: The shapes do not fit.
        ArgumentError: A target is no class.

    Example:
        (torch_crossentropy_loss '((0.0 100.0) (100.0 0.0)) '(1 0))
        ; => 0.0
        (torch_crossentropy_loss '((0.0 100.0) (100.0 0.0)) '(1 1))
        ; => 50.0
        (torch_crossentropy_loss '((0.0 100.0) (100.0 0.0)) '(1 -1) -1)
        ; => 0.0
    """
    check_same_device(predictions, targets)
    logits = floating(predictions)
    if targets.is_floating_point():
        if targets.shape != logits.shape:
            raise _misfit(predictions, targets)
        classes = logits.size(-1) if logits.dim() else 1
        likelihoods = targets.to(logits.dtype).reshape(-1, classes)
        return F.cross_entropy(logits.reshape(-1, classes), likelihoods)
    logits, classes_wanted = _aligned(logits, targets)
    return _of_classes(logits, classes_wanted.to(torch.int64), ignore_index)


def _spread(tensor: Tensor, shape: Shape) -> Tensor:
    return tensor if tensor.shape == shape else tensor.reshape(()).expand(shape)


def _aligned(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Logits ``(N C …)`` and targets ``(N …)`` in the layout that PyTorch takes."""
    if logits.dim() == 1 and targets.shape in ((), (1,)):
        return logits.unsqueeze(0), targets.reshape(1)
    if logits.dim() > 1 and logits.shape[:-1] == targets.shape:
        return logits.reshape(-1, logits.size(-1)), targets.reshape(-1)
    if logits.dim() > 2 and (logits.size(0), *logits.shape[2:]) == targets.shape:
        return logits, targets
    raise _misfit(logits, targets)


def _of_classes(logits: Tensor, targets: Tensor, ignore_index: int | None) -> Tensor:
    ignored = NOTHING_IGNORED if ignore_index is None else ignore_index
    if targets.device.type != "cpu":  # there a wrong class ends the process's use of the device
        _check_classes(targets, logits.size(1), ignored)
    try:
        return F.cross_entropy(logits, targets, ignore_index=ignored)
    except (IndexError, RuntimeError):
        _check_classes(targets, logits.size(1), ignored)
        raise


def _check_classes(targets: Tensor, classes: int, ignored: int) -> None:
    outside = targets[((targets < 0) | (targets >= classes)) & (targets != ignored)]
    if outside.numel():
        raise ArgumentError(f"target class {int(outside[0])} is outside 0 .. {classes - 1}")


def _misfit(predictions: Tensor, targets: Tensor) -> ShapeError:
    given, expected = shape_text(predictions.shape), shape_text(targets.shape)
    return ShapeError(f"predictions {given} and targets {expected} do not match")
