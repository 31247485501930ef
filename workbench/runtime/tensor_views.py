"""What the app shows of a tensor: its facts, statistics and a window of its elements."""

from __future__ import annotations

import math
from weakref import ref

import torch
from torch import Tensor

from torch_lib.decimals import exact_numbers
from workbench.runtime.protocol import (
    Element,
    Handle,
    TensorStatistics,
    TensorView,
    Trail,
    Window,
)

__all__ = ["element_type", "sample", "statistics", "tensor_view"]

LARGEST_WHOLE = 1_000_000
"""Elements up to which statistics look at all of them."""

BINS = 32


def tensor_view(tensor: Tensor, handle: Handle, window: Window, trail: Trail = ()) -> TensorView:
    """The view of ``tensor`` with the part of its elements that ``window`` names."""
    window = fitted(window, tuple(tensor.shape))
    return TensorView(
        handle=handle,
        shape=tuple(tensor.shape),
        dtype=element_type(tensor),
        device=str(tensor.device),
        requires_grad=tensor.requires_grad,
        statistics=_remembered(tensor),
        window=window,
        elements=elements(tensor, window),
        trail=trail,
        has_gradient=(tensor.is_leaf or tensor.retains_grad) and tensor.grad is not None,
    )


def element_type(tensor: Tensor) -> str:
    """``float32`` and the like."""
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


def statistics(tensor: Tensor) -> TensorStatistics | None:
    """Numbers about the finite elements, or about a sample where there are very many."""
    if tensor.is_complex() or tensor.is_meta:
        return None
    with torch.no_grad():
        picked, _ = sample(_in_memory_order(tensor.detach()))
        wide = torch.float32 if tensor.device.type == "mps" else torch.float64
        values = finite = picked.to(wide)
        if values.numel() == 0:
            return None
        minimum, maximum = (bound.item() for bound in values.aminmax())
        if not (math.isfinite(minimum) and math.isfinite(maximum)):
            finite = values[values.isfinite()]
            if finite.numel() == 0:
                return None
            minimum, maximum = (bound.item() for bound in finite.aminmax())
        deviation, mean = torch.std_mean(finite, correction=0)
        nans = 0 if finite is values else int(values.isnan().sum())
        return TensorStatistics(
            minimum=minimum,
            maximum=maximum,
            mean=mean.item(),
            deviation=deviation.item(),
            nans=nans,
            infinities=values.numel() - finite.numel() - nans,
            histogram=_histogram(finite, minimum, maximum),
            sampled=picked.numel() if picked.numel() < tensor.numel() else None,
        )


def _in_memory_order(tensor: Tensor) -> Tensor:
    """The same elements with their dimensions sorted by stride: gathering them takes far less."""
    return tensor.permute(sorted(range(tensor.dim()), key=tensor.stride, reverse=True))


def sample(tensor: Tensor) -> tuple[Tensor, int]:
    """All elements, or evenly spaced ones with a stride that visits every column; the stride."""
    count = tensor.numel()
    if count <= LARGEST_WHOLE:
        return tensor.reshape(-1), 1
    step = math.ceil(count / LARGEST_WHOLE)
    while math.gcd(step, tensor.shape[-1]) > 1:
        step += 1
    if tensor.is_contiguous():
        return tensor.view(-1)[::step], step
    positions = torch.arange(0, count, step, device=tensor.device)
    return tensor[torch.unravel_index(positions, tensor.shape)], step


def _histogram(values: Tensor, minimum: float, maximum: float) -> tuple[int, ...]:
    if minimum == maximum:
        return (*(0 for _ in range(BINS // 2)), values.numel(), *(0 for _ in range(BINS // 2 - 1)))
    places = (values - minimum) * (BINS / (maximum - minimum))
    counts = torch.bincount(places.long().clamp_(0, BINS - 1), minlength=BINS)
    return tuple(counts.tolist())


_last: tuple[ref[Tensor], int, TensorStatistics | None] | None = None


def _remembered(tensor: Tensor) -> TensorStatistics | None:
    """The statistics, kept for the tensor looked at last as long as it doesn't change."""
    global _last
    if tensor.is_inference():
        return statistics(tensor)
    if _last is None or _last[0]() is not tensor or _last[1] != tensor._version:
        version = tensor._version
        _last = (ref(tensor), version, statistics(tensor))
    return _last[2]
