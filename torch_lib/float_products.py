"""Rows times float32 weights as ``nn.Linear`` holds them, faster than it multiplies.

M rows, I input features, O output features. What bounds a few rows is how fast weights come from
memory. On some processors a batch of matrices, each some output channels, is read half as fast
again as one matrix, on others at half the speed, so both are timed. Many rows are multiplied by
oneDNN's operator, twice as fast as by ``F.linear`` on some processors. It is not public: where it
does not work, ``F.linear`` remains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from time import perf_counter

import torch
import torch.nn.functional as F
from torch import Tensor, get_num_threads

__all__ = ["float_product", "gated_product", "packed_product"]

FEW_ROWS = 4
"""From more on, oneDNN is faster (measured for 576 and 1536 features)."""

PROBED, TIMED = 8, 4
"""Weights of three megabytes on which ways are timed, and how often."""

CLEARLY = 0.85
"""What part of the time is saved for sure, so that equal runs choose the same way."""

PARTS = (8, 4, 2, 3, 5, 7)
"""Into how many matrices weights are split: any number will do, if it divides the channels."""


def float_product(weight: Tensor, bias: Tensor | None) -> Callable[[Tensor], Tensor]:
    """The map of rows ``(M I)`` to ``(M O)`` with the weight ``(O I)``.

    Weights of another type, and those on a GPU, are multiplied by ``F.linear``.
    """
    weight = weight.detach()
    bias = None if bias is None else bias.detach()
    if weight.dtype != torch.float32 or weight.device.type != "cpu":
        return _plain_product(weight, bias)
    many = _product_of_many(weight, bias)
    few = _product_of_few(weight, bias)

    def few_or_many(rows: Tensor) -> Tensor:
        return few(rows) if rows.size(0) <= FEW_ROWS else many(rows)

    return few_or_many


def packed_product(
    rows: Tensor, weight: Tensor, bias: Tensor | None, activation: str = "none"
) -> Tensor:
    """OneDNN's product of rows and weights, packed or not, and then an activation by its name."""
    operator = torch.ops.mkldnn._linear_pointwise.default
    product: Tensor = operator(rows, weight, bias, activation, [], "")
    return product


def gated_product(rows: Tensor, gate: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """OneDNN's product of rows and weights, times ``gate`` element by element."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise.binary(rows, gate, weight, bias, "mul")
    return product


def _plain_product(weight: Tensor, bias: Tensor | None) -> Callable[[Tensor], Tensor]:
    return lambda rows: F.linear(rows, weight, bias)


def _product_of_few(weight: Tensor, bias: Tensor | None) -> Callable[[Tensor], Tensor]:
    count = next((parts for parts in PARTS if len(weight) % parts == 0), None)
    if count is None or not weight.is_contiguous() or not _batches_are_faster(get_num_threads()):
        return _plain_product(weight, bias)
    return _batch_product(weight, bias, count)


def _batch_product(weight: Tensor, bias: Tensor | None, count: int) -> Callable[[Tensor], Tensor]:
    """The product with ``count`` matrices that the weight is split into."""
    parts, outputs = weight.view(count, -1, weight.size(1)), len(weight)
    multiply = torch.bmm

    def product(rows: Tensor) -> Tensor:
        number = rows.size(0)
        product = multiply(parts, rows.t().expand(count, -1, number)).view(outputs, number).t()
        return product if bias is None else product + bias

    return product


@cache
def _batches_are_faster(threads: int) -> bool:
    """Whether a row is multiplied faster by a batch of matrices, timed with this many threads.

    The weights are together larger than what is nearest to a processor, as those of a model are.
    """
    if not torch.backends.mkl.is_available():  # type: ignore[no-untyped-call]
        return False
    weights = torch.ones(PROBED, 1024, 768, dtype=torch.float32, device="cpu")
    row = weights[0, :1]
    ways = (
        [_plain_product(weight, None) for weight in weights],
        [_batch_product(weight, None, PARTS[0]) for weight in weights],
    )
    one, batch = (_seconds(way, row) for way in ways)
    return batch < CLEARLY * one


def _seconds(products: Sequence[Callable[[Tensor], Tensor]], row: Tensor) -> float:
    """The least time that all products took."""
    times = []
    for _ in range(TIMED):
        began = perf_counter()
        for product in products:
            product(row)
        times.append(perf_counter() - began)
    return min(times)


def _product_of_many(weight: Tensor, bias: Tensor | None) -> Callable[[Tensor], Tensor]:
    if _reads_plain():
        return lambda rows: packed_product(rows, weight, bias)
    return _plain_product(weight, bias)


@cache
def _reads_plain() -> bool:
    """Whether oneDNN's operator works for weights that were not packed."""
    weight = torch.arange(64 * 32, dtype=torch.float32).reshape(64, 32).div(2048)
    rows = torch.ones(8, 32)
    try:
        product = packed_product(rows, weight, None)
    except (AttributeError, NotImplementedError, RuntimeError):
        return False
    return torch.allclose(product, F.linear(rows, weight), rtol=1e-4)
