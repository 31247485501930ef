"""Numbers about the elements of a tensor: of a sample where there are many, or of every one.

Tensors are gone through in pieces, so that looking at every element takes little memory beside the
tensor, and can be interrupted between two pieces.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from weakref import ref

import torch
from torch import Tensor

from workbench.runtime.protocol import TensorStatistics

__all__ = ["exact_statistics", "pieces", "remember", "remembered", "sample", "statistics"]

LARGEST_WHOLE = 1_000_000
"""Elements up to which statistics look at all of them."""

PIECE = 2**22
"""Elements that are looked at in one go."""

BINS = 32
KEPT = 32


def statistics(tensor: Tensor) -> TensorStatistics | None:
    """Numbers about the finite elements, or about a sample where there are very many."""
    if _without_order(tensor):
        return None
    with torch.no_grad():
        picked, _ = sample(_in_memory_order(tensor.detach()))
        looked_at = picked.numel()
        sampled = looked_at if looked_at < tensor.numel() else None
        return _summary(lambda: (picked,), sampled)


def exact_statistics(tensor: Tensor) -> TensorStatistics | None:
    """Numbers about all finite elements, however many there are."""
    if _without_order(tensor):
        return None
    ordered = _in_memory_order(tensor.detach())
    with torch.no_grad():
        return _summary(lambda: (part for (part,) in pieces(ordered)), None)


def pieces(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """The elements of tensors of one shape side by side, in the order of their indices.

    Each vector holds at most ``PIECE`` of them.
    """
    first = tensors[0]
    if all(tensor.is_contiguous() for tensor in tensors):
        yield from zip(*(torch.split(one.view(-1), PIECE) for one in tensors), strict=True)
    elif first.numel() <= PIECE:
        yield tuple(tensor.reshape(-1) for tensor in tensors)
    else:
        rows = max(1, PIECE * first.shape[0] // first.numel())
        for parts in zip(*(torch.split(one, rows) for one in tensors), strict=True):
            if len(parts[0]) > 1:
                yield tuple(part.reshape(-1) for part in parts)
            else:
                yield from pieces(*(part[0] for part in parts))


def sample(tensor: Tensor, most: int | None = None) -> tuple[Tensor, int]:
    """All elements, or evenly spaced ones with a stride that visits every column; the stride.

    There are ``most`` of them, by default ``LARGEST_WHOLE``.
    """
    count, most = tensor.numel(), most or LARGEST_WHOLE
    if count <= most:
        return tensor.reshape(-1), 1
    step = math.ceil(count / most)
    while math.gcd(step, tensor.shape[-1]) > 1:
        step += 1
    if tensor.is_contiguous():
        return tensor.view(-1)[::step], step
    positions = torch.arange(0, count, step, device=tensor.device)
    return tensor[torch.unravel_index(positions, tensor.shape)], step


def _without_order(tensor: Tensor) -> bool:
    return tensor.is_complex() or tensor.is_meta


def _in_memory_order(tensor: Tensor) -> Tensor:
    """The same elements with their dimensions sorted by stride: gathering them takes far less."""
    return tensor.permute(sorted(range(tensor.dim()), key=tensor.stride, reverse=True))


def _summary(parts: Callable[[], Iterable[Tensor]], sampled: int | None) -> TensorStatistics | None:
    """Numbers about the elements that ``parts`` gives each time it is called."""
    count = looked_at = nans = 0
    minimum, maximum = math.inf, -math.inf
    mean = squares = 0.0
    for part in parts():
        finite, absent = _finite(part)
        looked_at += part.numel()
        nans += absent
        size = finite.numel()
        if not size:
            continue
        low, high = (bound.item() for bound in finite.aminmax())
        minimum, maximum = min(minimum, low), max(maximum, high)
        variance, middle = (number.item() for number in torch.var_mean(finite, correction=0))
        # Chan, Golub and LeVeque: the moments of two parts together.
        both, apart = count + size, middle - mean
        squares += variance * size + apart * apart * (count * size / both)
        mean += apart * (size / both)
        count = both
    if not count:
        return None
    counts = torch.zeros(BINS, dtype=torch.long)
    for part in parts():
        counts += _histogram(_finite(part)[0], minimum, maximum)
    return TensorStatistics(
        minimum=minimum,
        maximum=maximum,
        mean=mean,
        deviation=math.sqrt(squares / count),
        nans=nans,
        infinities=looked_at - count - nans,
        histogram=tuple(counts.tolist()),
        sampled=sampled,
    )


def _finite(part: Tensor) -> tuple[Tensor, int]:
    """The finite elements as wide numbers, and how many are NaN."""
    values = part.to(torch.float32 if part.device.type == "mps" else torch.float64)
    if not values.numel():
        return values, 0
    low, high = (bound.item() for bound in values.aminmax())
    if math.isfinite(low) and math.isfinite(high):
        return values, 0
    return values[values.isfinite()], int(values.isnan().sum())


def _histogram(values: Tensor, minimum: float, maximum: float) -> Tensor:
    """How many values lie in each of the bins; in the middle one if all are the same."""
    if minimum == maximum:
        counts = torch.zeros(BINS, dtype=torch.long)
        counts[BINS // 2] = values.numel()
        return counts
    places = (values - minimum) * (BINS / (maximum - minimum))
    return torch.bincount(places.long().clamp_(0, BINS - 1), minlength=BINS).cpu()


Known = tuple["ref[object]", int, TensorStatistics | None]

_known: OrderedDict[int, Known] = OrderedDict()


def remembered(tensor: Tensor, owner: object) -> TensorStatistics | None:
    """The statistics, kept for the tensors looked at last as long as they do not change.

    Args:
        tensor: The elements.
        owner: What holds them: the tensor itself, or what it is computed from each time.
    """
    if tensor.is_inference():
        return statistics(tensor)
    known = _known.get(id(owner))
    if known is not None and known[0]() is owner and known[1] == _version(owner):
        return known[2]
    version = _version(owner)
    found = statistics(tensor)
    _keep(owner, version, found)
    return found


def remember(owner: object, found: TensorStatistics | None) -> None:
    """Give ``found`` for ``owner`` until it changes."""
    if not (isinstance(owner, Tensor) and owner.is_inference()):
        _keep(owner, _version(owner), found)


def _keep(owner: object, version: int, found: TensorStatistics | None) -> None:
    _known.pop(id(owner), None)
    _known[id(owner)] = ref(owner), version, found
    if len(_known) > KEPT:
        _known.popitem(last=False)


def _version(owner: object) -> int:
    return owner._version if isinstance(owner, Tensor) else 0
