"""How torch values print.

Floating tensors print as Lisp lists and always show a decimal point, whole and boolean ones in
brackets and with commas. What is not a tensor prints as the line its class gives.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from types import FunctionType

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from torch_lib.decimals import exact_numbers

__all__ = ["describe", "number_text", "quantizations", "shape_text", "tensor_text", "value_text"]

ELIDED_ABOVE = 1000  # elements; the threshold and the edges are PyTorch's own
EDGE = 3


def describe(value: object) -> str:
    """What prints for a torch value."""
    if isinstance(value, Tensor):
        return tensor_text(value)
    if isinstance(value, Optimizer):
        name, rate = type(value).__name__.lower(), value.param_groups[0]["lr"]
        return f"PyTorch Optimizer ({name}, lr={number_text(rate)})"
    summary = getattr(value, "summary", None)
    line = str(summary()) if callable(summary) else str(value)
    if isinstance(value, nn.Module):
        schemes = quantizations(value)
        if schemes:
            return f"{line.removesuffix(')')}, {', '.join(schemes)})"
    return line


def quantizations(module: nn.Module) -> list[str]:
    """How layers of ``module`` are quantized, sorted; what a layer is made of does not count."""
    if hasattr(module, "scheme"):
        return [str(module.scheme)]
    return sorted({scheme for child in module.children() for scheme in quantizations(child)})


def tensor_text(tensor: Tensor) -> str:
    """``(5.0 7.0)`` for floats, ``[2, 4]`` for integers, the bare number for zero dimensions."""
    elided = tensor.numel() > ELIDED_ABOVE
    shown = _edges(tensor.detach()) if elided else tensor
    words = map(_word, exact_numbers(shown))
    if tensor.is_floating_point() or tensor.is_complex():
        opening, separator, closing = "(", " ", ")"
    else:
        opening, separator, closing = "[", ", ", "]"

    def text(dim: int) -> str:
        if dim == shown.dim():
            return next(words)
        entries = [text(dim + 1) for _ in range(shown.size(dim))]
        if elided and tensor.size(dim) > 2 * EDGE:
            entries.insert(EDGE, "...")
        return opening + separator.join(entries) + closing

    return text(0)


def number_text(value: float) -> str:
    """A real number in its shortest form: ``32`` for 32.0, ``0.1``, ``1e-05``."""
    return str(int(value)) if abs(value) < 1e16 and value == int(value) else repr(float(value))


def shape_text(shape: Iterable[int]) -> str:
    """A shape as Lisp prints it: ``(2 3)``."""
    return f"({' '.join(map(str, shape))})"


def value_text(value: object) -> str:
    """Plain data as Lisp would write it, for messages."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return _word(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, Mapping):
        entries = (f"{value_text(key)}:{value_text(held)}" for key, held in value.items())
        return f"{{{' '.join(entries)}}}"
    if isinstance(value, Sequence):
        return f"({' '.join(map(value_text, value))})"
    if isinstance(value, FunctionType):
        return "a function"
    return describe(value)


def _edges(tensor: Tensor) -> Tensor:
    for dim, size in enumerate(tensor.shape):
        if size > 2 * EDGE:
            edges = [*range(EDGE), *range(size - EDGE, size)]
            tensor = tensor.index_select(dim, torch.tensor(edges, device=tensor.device))
    return tensor


def _word(number: complex | bool) -> str:
    if isinstance(number, bool):
        return "true" if number else "false"
    return repr(number)
