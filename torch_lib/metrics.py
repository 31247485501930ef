"""Numbers that tell how training goes, reported so that they appear as curves."""

from __future__ import annotations

import math

from torch import Tensor

from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.events import Metric, emit
from torch_lib.tensors import item

__all__ = ["accuracy", "log_metric", "perplexity"]


def accuracy(predictions: Tensor, targets: Tensor, ignore_index: int | None = None) -> float:
    """The share of samples whose largest logit is that of the target class.

    Args:
        predictions: ``(… C)``.
        targets: ``(…)``.
        ignore_index: A class whose targets do not count.

    Raises:
        ShapeError: The shapes do not fit, or there are no samples.

    Emits:
        Metric: ``accuracy``.

    Example:
        (torch_accuracy '((2.0 1.0) (0.5 0.1)) '(0 1))
        ; => 0.5
    """
    if predictions.dim() == 0 or predictions.shape[:-1] != targets.shape:
        given, expected = shape_text(predictions.shape), shape_text(targets.shape)
        raise ShapeError(f"predictions {given} and targets {expected} do not match")
    wanted = targets.to(predictions.device)
    hits = (predictions.argmax(-1) == wanted).float()
    if ignore_index is not None:
        hits = hits[wanted != ignore_index]
    if not hits.numel():
        raise ShapeError("there is no target to count")
    return log_metric("accuracy", hits.mean().item())


def perplexity(loss: Tensor | float) -> float:
    """The exponential of a mean cross entropy: between how many tokens a model is undecided.

    Args:
        loss: What ``crossentropy_loss`` gives.

    Raises:
        ShapeError: The loss has no element or several.

    Emits:
        Metric: ``perplexity``.

    Example:
        (torch_perplexity (torch_crossentropy_loss (torch_zeros '(3 8)) '(1 2 3)))
        ; => 8
    """
    number = item(loss.detach()) if isinstance(loss, Tensor) else loss
    # Above this the exponential does not fit a float64.
    return log_metric("perplexity", math.inf if number > 709 else math.exp(number))


def log_metric(name: str, value: Tensor | float, step: int | None = None) -> float:
    """Report a number under a name of one's own: a point of a curve, a line of the log.

    Args:
        name: Such as ``"validation loss"``.
        value: A number, or a tensor of one element.
        step: How far training is, by default the number of values so far.

    Returns:
        The number.

    Raises:
        ArgumentError: The name is empty.
        ShapeError: The tensor has no element or several.

    Emits:
        Metric: ``name``.

    Example:
        (torch_log_metric "validation loss" 0.25)
        ; => 0.25
    """
    if not name:
        raise ArgumentError("the name is empty")
    number = float(item(value.detach()) if isinstance(value, Tensor) else value)
    emit(Metric(name, number, step))
    return number
