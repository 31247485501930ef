"""Functions of one element at a time."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = [
    "abs",
    "acos",
    "asin",
    "atan",
    "ceil",
    "cos",
    "cosh",
    "exp",
    "floor",
    "gelu",
    "log",
    "log2",
    "log10",
    "neg",
    "reciprocal",
    "relu",
    "round",
    "rsqrt",
    "sigmoid",
    "silu",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
]


def abs(tensor: Tensor) -> Tensor:
    """The absolute value of each element."""
    return torch.abs(tensor)


def neg(tensor: Tensor) -> Tensor:
    """Each element with the other sign; truth values count as 0 and 1."""
    return torch.neg(tensor.to(torch.int64) if tensor.dtype == torch.bool else tensor)


def reciprocal(tensor: Tensor) -> Tensor:
    """One divided by each element."""
    return torch.reciprocal(tensor)


def exp(tensor: Tensor) -> Tensor:
    """The exponential of each element."""
    return torch.exp(tensor)


def log(tensor: Tensor) -> Tensor:
    """The natural logarithm of each element."""
    return torch.log(tensor)


def log2(tensor: Tensor) -> Tensor:
    """The logarithm of each element to base 2."""
    return torch.log2(tensor)


def log10(tensor: Tensor) -> Tensor:
    """The logarithm of each element to base 10."""
    return torch.log10(tensor)


def sqrt(tensor: Tensor) -> Tensor:
    """The square root of each element."""
    return torch.sqrt(tensor)


def rsqrt(tensor: Tensor) -> Tensor:
    """One divided by the square root of each element."""
    return torch.rsqrt(tensor)


def sin(tensor: Tensor) -> Tensor:
    """The sine of each element."""
    return torch.sin(tensor)


def cos(tensor: Tensor) -> Tensor:
    """The cosine of each element."""
    return torch.cos(tensor)


def tan(tensor: Tensor) -> Tensor:
    """The tangent of each element."""
    return torch.tan(tensor)


def asin(tensor: Tensor) -> Tensor:
    """The angle whose sine each element is."""
    return torch.asin(tensor)


def acos(tensor: Tensor) -> Tensor:
    """The angle whose cosine each element is."""
    return torch.acos(tensor)


def atan(tensor: Tensor) -> Tensor:
    """The angle whose tangent each element is."""
    return torch.atan(tensor)


def sinh(tensor: Tensor) -> Tensor:
    """The hyperbolic sine of each element."""
    return torch.sinh(tensor)


def cosh(tensor: Tensor) -> Tensor:
    """The hyperbolic cosine of each element."""
    return torch.cosh(tensor)


def tanh(tensor: Tensor) -> Tensor:
    """The hyperbolic tangent of each element."""
    return torch.tanh(tensor)


def floor(tensor: Tensor) -> Tensor:
    """The largest whole number not above each element."""
    return torch.floor(tensor)


def ceil(tensor: Tensor) -> Tensor:
    """The smallest whole number not below each element."""
    return torch.ceil(tensor)


def round(tensor: Tensor) -> Tensor:
    """The whole number nearest to each element, halves to the even one."""
    return torch.round(tensor)


def relu(tensor: Tensor) -> Tensor:
    """Each element, or zero where it is negative."""
    return torch.relu(tensor)


def sigmoid(tensor: Tensor) -> Tensor:
    """``1 / (1 + exp(-x))`` of each element."""
    return torch.sigmoid(tensor)


def gelu(tensor: Tensor) -> Tensor:
    """Each element times the probability that a standard normal number is below it."""
    return F.gelu(floating(tensor))


def silu(tensor: Tensor) -> Tensor:
    """Each element times its sigmoid."""
    return F.silu(floating(tensor))


def floating(tensor: Tensor) -> Tensor:
    """``tensor`` with floating elements: whole numbers become float32."""
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.float()
