"""Numbers that leave a tensor: the shortest decimals of its own element type.

The float64 nearest to a float32 2.7 is 2.700000047683716, yet what a person put in was 2.7. The
numbers given here are the Python floats whose decimals are shortest among those that read back to
the same element.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = ["exact_numbers"]

NUMPY_TYPES = {torch.float32: np.float32, torch.float16: np.float16}
MOST_DIGITS = 17  # of any float64


def exact_numbers(tensor: Tensor) -> list[Any]:
    """All elements in order, as Python numbers or booleans."""
    numpy_type = NUMPY_TYPES.get(tensor.dtype)
    if numpy_type is not None:
        if tensor.numel() == 1:
            return [float(str(numpy_type(tensor.item())))]
        return [float(str(number)) for number in tensor.detach().cpu().numpy().flat]
    numbers = tensor.detach().reshape(-1).tolist()
    if not tensor.is_floating_point() or tensor.dtype == torch.float64:
        return numbers
    return _shortest(numbers, tensor.dtype)


def _shortest(values: list[float], dtype: torch.dtype) -> list[float]:
    """Add digits until every value reads back; bfloat16 needs at most four."""
    numbers = values.copy()
    pending = list(range(len(values)))
    for digits in range(MOST_DIGITS):
        if not pending:
            break
        tries = [float(f"{values[place]:.{digits}e}") for place in pending]
        read_back = torch.tensor(tries, dtype=torch.float64).to(dtype).tolist()
        for place, number in zip(pending, tries, strict=True):
            numbers[place] = number
        pending = [
            place
            for place, value in zip(pending, read_back, strict=True)
            if value != values[place] and value == value
        ]
    return numbers
