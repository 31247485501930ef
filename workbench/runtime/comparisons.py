"""How two tensors differ, in a few numbers, and how all those in two models do."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from lispe_core.forms import Value
from workbench.runtime.parts import carried_tensor, follow, part_count, parts
from workbench.runtime.protocol import ComparisonView, Handle, PartComparison, Trail
from workbench.runtime.tensor_statistics import pieces, sample

__all__ = ["comparison", "part_comparisons", "tensors_in"]

LARGEST_TOGETHER = 4_000_000
LEAST_SAMPLE = 1_000
"""Elements that are looked at of all tensors together, and at least of each."""

MOST_PARTS = 100_000
"""Parts that are looked through for tensors."""


def comparison(
    tensor: Tensor,
    reference: Tensor,
    handle: Handle,
    trail: Trail,
    other: Handle,
    *,
    whole: bool = False,
    most: int | None = None,
) -> ComparisonView:
    """The differences of ``tensor`` from ``reference``.

    Those of a sample of ``most`` where there are very many elements, unless ``whole`` asks for all
    of them.
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
            (left, step), (right, _) = (sample(side, most) for side in sides)
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


def part_comparisons(
    value: Value,
    reference: Value,
    handle: Handle,
    trail: Trail,
    other: Handle,
    *,
    whole: bool = False,
) -> ComparisonView:
    """The differences of all tensors in ``value`` from those of the same name in ``reference``.

    Of large ones those of samples that are small enough to be looked at together, unless ``whole``
    asks for every element.
    """
    mine, others = (dict(tensors_in(side)) for side in (value, reference))
    most = max(LEAST_SAMPLE, LARGEST_TOGETHER // max(1, len(mine)))
    found: list[PartComparison] = []
    looked_at, sampled = 0, False
    for name in dict.fromkeys((*mine, *others)):
        left, right = mine.get(name), others.get(name)
        shapes = (
            None if left is None else tuple(left.shape),
            None if right is None else tuple(right.shape),
        )
        if left is None or right is None:
            found.append(PartComparison(name, *shapes))
            continue
        view = comparison(left, right, handle, trail, other, whole=whole, most=most)
        found.append(PartComparison(name, *shapes, view.problem, view.largest))
        sampled = sampled or view.sampled is not None
        looked_at += left.numel() if view.sampled is None else view.sampled
    return ComparisonView(
        handle,
        trail,
        other,
        problem="" if found else "There are no tensors to compare.",
        largest=max((part.largest for part in found), default=0.0),
        sampled=looked_at if sampled else None,
        parts=tuple(found),
    )


def tensors_in(value: Value) -> Iterator[tuple[str, Tensor]]:
    """Every tensor in a model or a container, under a name such as ``layers.0.weight``."""
    left_over = MOST_PARTS

    def inside(value: Value, name: str, outer: tuple[int, ...]) -> Iterator[tuple[str, Tensor]]:
        nonlocal left_over
        count = min(part_count(value) or 0, left_over)
        left_over -= count
        if isinstance(value, array) or id(value) in outer:
            return
        for step, label, part in parts(value, 0, count):
            named = f"{name}.{label}" if name else label
            if carried_tensor(part) is None:
                yield from inside(part, named, (*outer, id(value)))
            else:  # what was listed may be an outline
                yield named, carried_tensor(follow(value, (step,)))

    return inside(value, "", ())


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
