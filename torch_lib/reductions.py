"""What many elements come to: sums, extremes, orders and draws.

Without ``dim`` a reduction is over all elements and gives a tensor of zero dimensions, which keeps
its gradient.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_lib.elementwise import floating
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.shapes import dimension

__all__ = [
    "argmax",
    "max",
    "mean",
    "min",
    "multinomial",
    "norm",
    "sort",
    "std",
    "sum",
    "topk",
]


def sum(tensor: Tensor, dim: int | None = None) -> Tensor:
    """The sum of the elements, or of those along ``dim``.

    Raises:
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_sum '((1 2) (3 4)))
        ; => 10
        (torch_sum '((1 2) (3 4)) 0)
        ; => [4, 6]
    """
    return tensor.sum() if dim is None else tensor.sum(dimension(tensor, dim))


def mean(tensor: Tensor, dim: int | None = None) -> Tensor:
    """The mean of the elements, or of those along ``dim``.

    Raises:
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_mean '((1 2) (3 6)))
        ; => 3.0
        (torch_mean '((1 2) (3 6)) 1)
        ; => (1.5 4.5)
    """
    values = floating(tensor)
    return values.mean() if dim is None else values.mean(dimension(tensor, dim))


def std(tensor: Tensor) -> Tensor:
    """The standard deviation of the elements, as of a sample.

    Raises:
        ShapeError: There are fewer than two elements.

    Example:
        (torch_std '(1.0 2.0 3.0))
        ; => 1.0
    """
    if tensor.numel() < 2:
        raise ShapeError(f"expected at least two elements, got {tensor.numel()}")
    return floating(tensor).std()


def max(tensor: Tensor, dim: int | None = None) -> Tensor:
    """The largest of the elements, or of those along ``dim``.

    Raises:
        ShapeError: There is nothing to choose from, or the tensor lacks the dimension.

    Example:
        (torch_max '((1 5) (7 2)))
        ; => 7
        (torch_max '((1 5) (7 2)) 1)
        ; => [5, 7]
    """
    _check_not_empty(tensor, dim)
    return tensor.amax() if dim is None else tensor.amax(dimension(tensor, dim))


def min(tensor: Tensor, dim: int | None = None) -> Tensor:
    """The smallest of the elements, or of those along ``dim``.

    Raises:
        ShapeError: There is nothing to choose from, or the tensor lacks the dimension.

    Example:
        (torch_min '((1 5) (7 2)))
        ; => 1
        (torch_min '((1 5) (7 2)) 1)
        ; => [1, 2]
    """
    _check_not_empty(tensor, dim)
    return tensor.amin() if dim is None else tensor.amin(dimension(tensor, dim))


def argmax(tensor: Tensor, dim: int | None = None, keepdim: bool = True) -> Tensor:
    """The place of the largest element, or of the largest along ``dim``.

    Without ``dim`` the place is that in the flattened tensor.

    Raises:
        ShapeError: There is nothing to choose from, or the tensor lacks the dimension.

    Example:
        (torch_argmax '((1 5) (7 2)))
        ; => 2
        (torch_argmax '((1 5) (7 2)) 1)
        ; => [[1], [0]]
        (torch_argmax '((1 5) (7 2)) 1 false)
        ; => [1, 0]
    """
    _check_not_empty(tensor, dim)
    return tensor.argmax() if dim is None else tensor.argmax(dimension(tensor, dim), keepdim)


def norm(tensor: Tensor, p: float = 2) -> Tensor:
    """The ``p``-norm of all elements.

    Example:
        (torch_norm '(3.0 4.0))
        ; => 5.0
        (torch_norm '(3.0 -4.0) 1)
        ; => 7.0
    """
    length: Tensor = torch.linalg.vector_norm(floating(tensor), p)
    return length


def topk(tensor: Tensor, k: int, dim: int = -1, largest: bool = True) -> list[Tensor]:
    """The ``k`` largest, or smallest, elements along ``dim``, best first, and their places.

    Raises:
        ShapeError: The tensor lacks the dimension.
        ArgumentError: ``k`` is not between 0 and the length of the dimension.

    Example:
        (torch_topk '(10 40 20 30) 2)
        ; => ([40, 30] [1, 3])
    """
    length = tensor.size(dimension(tensor, dim))
    if not 0 <= k <= length:
        raise ArgumentError(f"k must be between 0 and {length}, got {k}")
    return list(torch.topk(tensor, k, dim, largest))


def sort(tensor: Tensor, dim: int = -1, descending: bool = False) -> list[Tensor]:
    """The elements in order along ``dim``, and the places they came from.

    Raises:
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_sort '(30 10 20))
        ; => ([10, 20, 30] [1, 2, 0])
    """
    return list(torch.sort(tensor, dimension(tensor, dim), descending))


def multinomial(probabilities: Tensor, count: int, replacement: bool = False) -> Tensor:
    """``count`` places of each row, drawn with probabilities in proportion to its elements.

    Raises:
        ShapeError: ``probabilities`` is not a row or a matrix.
        ArgumentError: A row has a negative element or no positive one, or fewer places than are
            drawn without replacement.

    Example:
        (torch_multinomial '(0.0 1.0 0.0) 3 true)
        ; => [1, 1, 1]
    """
    if probabilities.dim() not in (1, 2):
        raise ShapeError(f"expected one or two dimensions, got {probabilities.dim()}")
    weights = floating(probabilities)
    if count < 1:
        raise ArgumentError(f"the number of draws must be positive, got {count}")
    usable = torch.isfinite(weights).all() & (weights >= 0).all()
    if not (usable & (weights.sum(-1) > 0).all()):
        raise ArgumentError("each row must hold non-negative numbers with a positive sum")
    choices = int((weights > 0).sum(-1).min())
    if not replacement and count > choices:
        raise ArgumentError(f"cannot draw {count} of {choices} places without replacement")
    return torch.multinomial(weights, count, replacement)


def _check_not_empty(tensor: Tensor, dim: int | None) -> None:
    if tensor.numel() == 0 and (dim is None or tensor.size(dimension(tensor, dim)) == 0):
        raise ShapeError("the tensor has no elements")
