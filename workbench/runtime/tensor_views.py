"""What the app shows of a tensor: its facts, statistics and a window of its elements."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_lib.decimals import exact_numbers
from torch_lib.eight_bits import QuantizedTensor
from workbench.runtime.protocol import Element, Handle, TensorView, Trail, Window
from workbench.runtime.tensor_statistics import remembered

__all__ = ["element_type", "tensor_view"]


def tensor_view(
    tensor: Tensor,
    handle: Handle,
    window: Window,
    trail: Trail = (),
    owner: Tensor | QuantizedTensor | None = None,
) -> TensorView:
    """The view of ``tensor`` with the part of its elements that ``window`` names.

    Args:
        tensor: What is looked at.
        handle: Leads to the value that holds it.
        window: The part of it.
        trail: Leads to it from that value.
        owner: What the elements are computed from each time; by default they are the tensor's own.
    """
    owner = tensor if owner is None else owner
    window = fitted(window, tuple(tensor.shape))
    return TensorView(
        handle=handle,
        shape=tuple(tensor.shape),
        dtype=element_type(owner),
        device=str(tensor.device),
        requires_grad=tensor.requires_grad,
        statistics=remembered(tensor, owner),
        window=window,
        elements=elements(tensor, window),
        trail=trail,
        has_gradient=(tensor.is_leaf or tensor.retains_grad) and tensor.grad is not None,
    )


def element_type(tensor: Tensor | QuantizedTensor) -> str:
    """``float32`` and the like; ``quantized int8`` where eight bits stand for real numbers."""
    if isinstance(tensor, QuantizedTensor):
        return f"quantized {element_type(tensor.data)}"
    return str(tensor.dtype).removeprefix("torch.")


def fitted(window: Window, shape: tuple[int, ...]) -> Window:
    """``window`` moved into a tensor of ``shape``: one index for each leading dimension."""
    sizes = shape[:-2]
    wanted = (*window.leading, *(0 for _ in sizes))[: len(sizes)]
    leading = tuple(max(0, min(index, size - 1)) for index, size in zip(wanted, sizes, strict=True))
    row_count, column_count = (1, 1, *shape)[-2:]
    row = max(0, min(window.row, row_count - 1))
    column = max(0, min(window.column, column_count - 1))
    return Window(
        leading,
        row,
        max(0, min(window.rows, row_count - row)),
        column,
        max(0, min(window.columns, column_count - column)),
    )


def elements(tensor: Tensor, window: Window) -> tuple[tuple[Element, ...], ...]:
    """The rows of the window; a tensor of one dimension is one row."""
    if tensor.numel() == 0:
        return ()
    with torch.no_grad():
        matrix = tensor[window.leading] if window.leading else tensor
        matrix = matrix.reshape((1, 1, *matrix.shape)[-2:])
        part = matrix[
            window.row : window.row + window.rows, window.column : window.column + window.columns
        ]
        numbers = iter(exact_numbers(part.abs() if part.is_complex() else part))
    width = part.shape[1]
    return tuple(tuple(next(numbers) for _ in range(width)) for _ in range(part.shape[0]))
