"""How two tensors differ, in a few numbers."""

from __future__ import annotations

import torch
from torch import Tensor

from workbench.runtime.protocol import ComparisonView, Handle, Trail
from workbench.runtime.tensor_views import sample

__all__ = ["comparison"]


def comparison(
    tensor: Tensor, reference: Tensor, handle: Handle, trail: Trail, other: Handle
) -> ComparisonView:
    """The differences of ``tensor`` from ``reference``, of a sample where they are large."""
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
        wide = torch.float32 if "mps" in (tensor.device.type, reference.device.type) else None
        picked, step = sample(tensor.detach())
        compared, _ = sample(reference.detach())
        left = picked.to(wide or torch.float64)
        right = compared.to(left.device).to(wide or torch.float64)
        finite = left.isfinite() & right.isfinite()
        unlike = int((left.isfinite() != right.isfinite()).sum())
        if not finite.any():
            return without("No element is finite in both.")
        left, right = (torch.where(finite, side, 0) for side in (left, right))
        difference = (left - right).abs()
        greater = torch.maximum(left.abs(), right.abs())
        at = int(difference.argmax())
        lengths = left.norm() * right.norm()
        place = torch.unravel_index(torch.tensor(at * step), shape) if shape else ()
        return ComparisonView(
            handle,
            trail,
            other,
            shape,
            other_shape,
            largest=difference[at].item(),
            place=tuple(int(index) for index in place),
            relative=torch.where(greater > 0, difference / greater, 0).max().item(),
            mean=(difference.sum() / finite.sum()).item(),
            cosine=((left @ right) / lengths).item() if lengths > 0 else float("nan"),
            different=int((difference > 0).sum()),
            unlike=unlike,
            sampled=left.numel() if left.numel() < tensor.numel() else None,
        )
