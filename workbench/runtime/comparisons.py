"""How two tensors differ, in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from workbench.runtime.protocol import ComparisonView, Handle, Trail
from workbench.runtime.tensor_statistics import pieces, sample

__all__ = ["comparison"]


def comparison(
    tensor: Tensor,
    reference: Tensor,
    handle: Handle,
    trail: Trail,
    other: Handle,
    *,
    whole: bool = False,
) -> ComparisonView:
    """The differences of ``tensor`` from ``reference``.

    Those of a sample where there are very many elements, unless ``whole`` asks for all of them.
    """
    shape, other_shape = tuple(tensor.shape), tuple(reference.shape)

    def without(problem: str) -> ComparisonView:
        return ComparisonView(handle, trail, other, shape, other_shape, problem)

    if shape != other_shape:
        return without("The shapes differ.")
    if tensor.numel() == 0:
        return without("There are no elements.")
    if any(one.is_complex() or one.is_meta for one in (tensor, reference)):
        return without("Only real numbers are compared.")
    with torch.no_grad():
        sides = tensor.detach(), reference.detach()
        found = Differences()
        if whole:
            step = 1
            found.look(pieces(*sides))
        else:
            (left, step), (right, _) = map(sample, sides)
            found.look([(left, right)])
        if not found.finite:
            return without("No element is finite in both.")
        place = torch.unravel_index(torch.tensor(found.at * step), shape) if shape else ()
        return ComparisonView(
            handle,
            trail,
            other,
            shape,
            other_shape,
            largest=found.largest,
            place=tuple(int(index) for index in place),
            relative=found.relative,
            mean=found.total / found.finite,
            cosine=found.cosine,
            different=found.different,
            unlike=found.unlike,
            sampled=found.count if found.count < tensor.numel() else None,
        )


class Differences:
    """What is known of the differences of all elements looked at so far."""

    def __init__(self) -> None:
        self.count = self.finite = self.different = self.unlike = self.at = 0
        self.largest = self.relative = self.total = 0.0
        self.product = self.left_square = self.right_square = 0.0

    @property
    def cosine(self) -> float:
        """The cosine similarity; NaN where one side is nothing but zeros."""
        lengths = math.sqrt(self.left_square) * math.sqrt(self.right_square)
        return self.product / lengths if lengths > 0 else math.nan

    def look(self, pairs: Iterable[tuple[Tensor, ...]]) -> None:
        """Look at vectors of both sides."""
        for left, right in pairs:
            self._add(left, right)

    def _add(self, left: Tensor, right: Tensor) -> None:
        one_is_metal = "mps" in (left.device.type, right.device.type)
        wide = torch.float32 if one_is_metal else torch.float64
        left, right = left.to(wide), right.to(left.device).to(wide)
        first, self.count = self.count, self.count + left.numel()
        finite = left.isfinite() & right.isfinite()
        self.unlike += int((left.isfinite() != right.isfinite()).sum())
        self.finite += int(finite.sum())
        left, right = (torch.where(finite, side, 0) for side in (left, right))
        difference = (left - right).abs()
        greater = torch.maximum(left.abs(), right.abs())
        at = int(difference.argmax())
        if first == 0 or difference[at].item() > self.largest:
            self.largest, self.at = difference[at].item(), first + at
        relative = torch.where(greater > 0, difference / greater, 0).max().item()
        self.relative = max(self.relative, relative)
        self.total += difference.sum().item()
        self.different += int((difference > 0).sum())
        self.product += (left @ right).item()
        self.left_square += (left @ left).item()
        self.right_square += (right @ right).item()
