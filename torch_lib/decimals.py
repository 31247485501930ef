"""Numbers that leave a tensor: the shortest decimals of its own element type.

The float64 nearest to a float32 2.7 is 2.700000047683716, yet what a person put in was 2.7. The
numbers given here are the Python floats whose decimals are shortest among those that read back to
the same element.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

__all__ = ["exact_numbers"]

FORMATTED_BY_NUMPY = (torch.float32, torch.float16)
MOST_DIGITS = 17  # of any float64


def exact_numbers(tensor: Tensor) -> list[Any]:
    """All elements in order, as Python numbers or booleans."""
    elements = tensor.detach().reshape(-1).cpu()
    if not elements.is_floating_point() or elements.dtype == torch.float64:
        return elements.tolist()
    if elements.dtype in FORMATTED_BY_NUMPY:
        return [float(str(number)) for number in elements.numpy()]
    return _shortest(elements)


def _shortest(elements: Tensor) -> list[float]:
    """Add digits until every element reads back; bfloat16 needs at most four."""
    values: list[float] = elements.to(torch.float64).tolist()
    numbers = values.copy()
    pending = list(range(len(values)))
    for digits in range(MOST_DIGITS):
        if not pending:
            break
        tries = [float(f"{values[place]:.{digits}e}") for place in pending]
        read_back = torch.tensor(tries, dtype=torch.float64).to(elements.dtype)
        unlike = read_back.to(torch.float64).tolist()
        for place, number in zip(pending, tries, strict=True):
            numbers[place] = number
        pending = [
            place
            for place, value in zip(pending, unlike, strict=True)
            if value != values[place] and value == value
        ]
    return numbers
