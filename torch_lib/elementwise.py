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
    """The absolute value of each element.

    Example:
        (torch_abs '(-2.0 0.0 3.5))
        ; => (2.0 0.0 3.5)
    """
    return torch.abs(counted(tensor))


def neg(tensor: Tensor) -> Tensor:
    """Each element with the other sign; truth values count as 0 and 1.

    Example:
        (torch_neg '(1.0 -2.0))
        ; => (-1.0 2.0)
    """
    return torch.neg(counted(tensor))


def reciprocal(tensor: Tensor) -> Tensor:
    """One divided by each element.

    Example:
        (torch_reciprocal '(2.0 4.0 -0.5))
        ; => (0.5 0.25 -2.0)
    """
    return torch.reciprocal(tensor)


def exp(tensor: Tensor) -> Tensor:
    """The exponential of each element.

    Example:
        (torch_exp '(0.0 1.0))
        ; => (1.0 2.7182817)
    """
    return torch.exp(tensor)


def log(tensor: Tensor) -> Tensor:
    """The natural logarithm of each element.

    Example:
        (torch_log '(1.0 2.0))
        ; => (0.0 0.6931472)
    """
    return torch.log(tensor)


def log2(tensor: Tensor) -> Tensor:
    """The logarithm of each element to base 2.

    Example:
        (torch_log2 '(0.5 1.0 8.0))
        ; => (-1.0 0.0 3.0)
    """
    return torch.log2(tensor)


def log10(tensor: Tensor) -> Tensor:
    """The logarithm of each element to base 10.

    Example:
        (torch_log10 '(1.0 10.0 100.0))
        ; => (0.0 1.0 2.0)
    """
    return torch.log10(tensor)


def sqrt(tensor: Tensor) -> Tensor:
    """The square root of each element.

    Example:
        (torch_sqrt '(4.0 6.25 9.0))
        ; => (2.0 2.5 3.0)
    """
    return torch.sqrt(tensor)


def rsqrt(tensor: Tensor) -> Tensor:
    """One divided by the square root of each element.

    Example:
        (torch_rsqrt '(0.25 1.0 4.0))
        ; => (2.0 1.0 0.5)
    """
    return torch.rsqrt(tensor)


def sin(tensor: Tensor) -> Tensor:
    """The sine of each element.

    Example:
        (torch_sin (list 0.0 (/ _pi 2)))
        ; => (0.0 1.0)
    """
    return torch.sin(tensor)


def cos(tensor: Tensor) -> Tensor:
    """The cosine of each element.

    Example:
        (torch_cos (list 0.0 _pi))
        ; => (1.0 -1.0)
    """
    return torch.cos(tensor)


def tan(tensor: Tensor) -> Tensor:
    """The tangent of each element.

    Example:
        (torch_tan '(0.0 1.0))
        ; => (0.0 1.5574077)
    """
    return torch.tan(tensor)


def asin(tensor: Tensor) -> Tensor:
    """The angle whose sine each element is.

    Example:
        (torch_asin '(0.0 0.5 1.0))
        ; => (0.0 0.5235988 1.5707964)
    """
    return torch.asin(tensor)


def acos(tensor: Tensor) -> Tensor:
    """The angle whose cosine each element is.

    Example:
        (torch_acos '(1.0 0.5 0.0))
        ; => (0.0 1.0471976 1.5707964)
    """
    return torch.acos(tensor)


def atan(tensor: Tensor) -> Tensor:
    """The angle whose tangent each element is.

    Example:
        (torch_atan '(-1.0 0.0 1.0))
        ; => (-0.7853982 0.0 0.7853982)
    """
    return torch.atan(tensor)


def sinh(tensor: Tensor) -> Tensor:
    """The hyperbolic sine of each element.

    Example:
        (torch_sinh '(-1.0 0.0 1.0))
        ; => (-1.1752012 0.0 1.1752012)
    """
    return torch.sinh(tensor)


def cosh(tensor: Tensor) -> Tensor:
    """The hyperbolic cosine of each element.

    Example:
        (torch_cosh '(-0.5 0.0 0.5))
        ; => (1.127626 1.0 1.127626)
    """
    return torch.cosh(tensor)


def tanh(tensor: Tensor) -> Tensor:
    """The hyperbolic tangent of each element.

    Example:
        (torch_tanh '(-100.0 0.0 100.0))
        ; => (-1.0 0.0 1.0)
    """
    return torch.tanh(tensor)


def floor(tensor: Tensor) -> Tensor:
    """The largest whole number not above each element.

    Example:
        (torch_floor '(-1.5 0.5 2.0))
        ; => (-2.0 0.0 2.0)
    """
    return torch.floor(counted(tensor))


def ceil(tensor: Tensor) -> Tensor:
    """The smallest whole number not below each element.

    Example:
        (torch_ceil '(-1.5 0.5 2.0))
        ; => (-1.0 1.0 2.0)
    """
    return torch.ceil(counted(tensor))


def round(tensor: Tensor) -> Tensor:
    """The whole number nearest to each element, halves to the even one.

    Example:
        (torch_round '(0.4 0.6 1.5 2.5))
        ; => (0.0 1.0 2.0 2.0)
    """
    return torch.round(counted(tensor))


def relu(tensor: Tensor) -> Tensor:
    """Each element, or zero where it is negative.

    Example:
        (torch_relu '(-1.0 0.0 2.0))
        ; => (0.0 0.0 2.0)
    """
    return torch.relu(counted(tensor))


def sigmoid(tensor: Tensor) -> Tensor:
    """``1 / (1 + exp(-x))`` of each element.

    Example:
        (torch_sigmoid '(-100.0 0.0 100.0))
        ; => (0.0 0.5 1.0)
    """
    return torch.sigmoid(tensor)


def gelu(tensor: Tensor) -> Tensor:
    """Each element times the probability that a standard normal number is below it.

    Example:
        (torch_gelu '(0.0 2.0))
        ; => (0.0 1.9544997)
    """
    return F.gelu(floating(tensor))


def silu(tensor: Tensor) -> Tensor:
    """Each element times its sigmoid.

    Example:
        (torch_silu '(0.0 1.0))
        ; => (0.0 0.7310586)
    """
    return F.silu(floating(tensor))


def counted(tensor: Tensor) -> Tensor:
    """``tensor`` with truth values as the numbers 0 and 1."""
    return tensor.to(torch.int64) if tensor.dtype == torch.bool else tensor


def floating(tensor: Tensor) -> Tensor:
    """``tensor`` with floating elements: whole numbers become float32."""
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.float()
