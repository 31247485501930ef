"""Shapes of tensors, and parts of them: views where PyTorch gives views."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from torch_lib.display import shape_text
from torch_lib.eight_bits import QuantizedTensor
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.memory import check_room
from torch_lib.tensors import Number, Shape, check_holds, item

__all__ = [
    "cat",
    "contiguous",
    "expand",
    "flatten",
    "gather",
    "index_select",
    "masked_fill",
    "masked_fill_",
    "permute",
    "reshape",
    "select",
    "set_item",
    "shape",
    "split",
    "squeeze",
    "stack",
    "tensor_at",
    "tensor_slice",
    "transpose",
    "tril",
    "triu",
    "unsqueeze",
    "where",
]


def shape(tensor: Tensor | QuantizedTensor) -> Shape:
    """The length of every dimension.

    Example:
        (torch_shape '((1 2 3) (4 5 6)))
        ; => (2 3)
    """
    return tuple(tensor.shape)


def tensor_at(tensor: Tensor, *indices: int) -> Tensor | int | float | bool:
    """The element, or the part, of ``tensor`` that the indices choose.

    As many indices as dimensions give a number, fewer the part that is left. Negative ones count
    from the end.

    Raises:
        ArgumentError: An index is out of bounds, or there are more indices than dimensions.

    Example:
        (torch_tensor_at '((1 2) (3 4)) 1 0)
        ; => 3
        (torch_tensor_at '((1 2) (3 4)) -1)
        ; => [3, 4]
    """
    try:
        chosen = tensor[indices]
    except IndexError:
        raise ArgumentError("tensor index out of bounds") from None
    return item(chosen) if len(indices) == tensor.dim() else chosen


def reshape(tensor: Tensor, shape: Shape) -> Tensor:
    """The same elements in another shape; one entry may be -1, which stands for the rest.

    Raises:
        ShapeError: The shape holds another number of elements.

    Example:
        (torch_reshape '(1 2 3 4 5 6) '(2 -1))
        ; => [[1, 2, 3], [4, 5, 6]]
    """
    try:
        return tensor.reshape(shape)
    except RuntimeError:
        elements = f"{tensor.numel()} elements"
        raise ShapeError(f"cannot reshape {elements} to {shape_text(shape)}") from None


def transpose(tensor: Tensor, dim0: int, dim1: int) -> Tensor:
    """``tensor`` with two dimensions exchanged.

    Raises:
        ShapeError: The tensor lacks one of the dimensions.

    Example:
        (torch_transpose '((1 2 3) (4 5 6)) 0 1)
        ; => [[1, 4], [2, 5], [3, 6]]
    """
    return tensor.transpose(dimension(tensor, dim0), dimension(tensor, dim1))


def permute(tensor: Tensor, dims: Shape) -> Tensor:
    """``tensor`` with its dimensions in the order of ``dims``.

    Raises:
        ShapeError: ``dims`` does not name every dimension once.

    Example:
        (torch_shape (torch_permute (torch_zeros '(2 3 4)) '(2 0 1)))
        ; => (4 2 3)
    """
    order = [dimension(tensor, dim) for dim in dims]
    if sorted(order) != list(range(tensor.dim())):
        given = f"{shape_text(dims)} does not name each of {tensor.dim()} dimensions once"
        raise ShapeError(given)
    return tensor.permute(order)


def flatten(tensor: Tensor) -> Tensor:
    """All elements in one dimension.

    Example:
        (torch_flatten '((1 2) (3 4)))
        ; => [1, 2, 3, 4]
    """
    return tensor.flatten()


def unsqueeze(tensor: Tensor, dim: int) -> Tensor:
    """``tensor`` with a dimension of length 1 put in at ``dim``.

    Raises:
        ShapeError: ``dim`` is beyond the dimensions.

    Example:
        (torch_unsqueeze '(1 2 3) 0)
        ; => [[1, 2, 3]]
        (torch_unsqueeze '(1 2 3) 1)
        ; => [[1], [2], [3]]
    """
    if not -tensor.dim() - 1 <= dim <= tensor.dim():
        raise ShapeError(_out_of_range(dim, tensor))
    return tensor.unsqueeze(dim)


def squeeze(tensor: Tensor, dim: int | None = None) -> Tensor:
    """``tensor`` without its dimensions of length 1, or without ``dim`` if that has length 1.

    Raises:
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_squeeze '((1 2 3)))
        ; => [1, 2, 3]
        (torch_shape (torch_squeeze (torch_zeros '(1 3 1)) 0))
        ; => (3 1)
    """
    return tensor.squeeze() if dim is None else tensor.squeeze(dimension(tensor, dim))


def expand(tensor: Tensor, shape: Shape) -> Tensor:
    """``tensor`` repeated, without copying, along dimensions of length 1; -1 keeps a length.

    Raises:
        ShapeError: A longer dimension would have to change, or there is no memory for the result.

    Example:
        (torch_expand '((1) (2)) '(2 3))
        ; => [[1, 1, 1], [2, 2, 2]]
    """
    try:
        expanded = tensor.expand(shape)
    except RuntimeError:
        given = f"{shape_text(tensor.shape)} to {shape_text(shape)}"
        raise ShapeError(f"cannot expand {given}") from None
    check_room(expanded.shape, expanded.dtype, expanded.device)  # what uses it needs as much
    return expanded


def contiguous(tensor: Tensor) -> Tensor:
    """``tensor``, copied if its elements do not lie in memory in order.

    Example:
        (torch_contiguous (torch_transpose '((1 2) (3 4)) 0 1))
        ; => [[1, 3], [2, 4]]
    """
    return tensor.contiguous()


def select(tensor: Tensor, dim: int, index: int) -> Tensor:
    """The part of ``tensor`` at ``index`` of dimension ``dim``, which disappears.

    Raises:
        ShapeError: The tensor lacks the dimension.
        ArgumentError: The index is out of bounds.

    Example:
        (torch_select '((1 2) (3 4)) 1 0)
        ; => [1, 3]
    """
    where = dimension(tensor, dim)
    if not -tensor.size(where) <= index < tensor.size(where):
        raise ArgumentError("tensor index out of bounds")
    return tensor.select(where, index)


def tensor_slice(tensor: Tensor, *bounds: int | None) -> Tensor:
    """The elements from ``start`` up to, not including, ``end`` along one dimension.

    Args:
        tensor: At least one dimension.
        bounds: ``start end``, which cut dimension 1, or 0 of a single dimension; or
            ``dim start end``. Negative bounds count from the end; an ``end`` of None is the end.

    Raises:
        ArgumentError: There are other than two or three bounds.
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_tensor_slice '((1 2 3) (4 5 6)) 0 2)
        ; => [[1, 2], [4, 5]]
        (torch_tensor_slice '((1 2 3) (4 5 6)) 0 1 nil)
        ; => [[4, 5, 6]]
    """
    if len(bounds) not in (2, 3):
        raise ArgumentError(f"expected start end or dim start end, got {len(bounds)} numbers")
    *chosen, start, end = bounds
    sequence_dim = min(1, tensor.dim() - 1)
    dim = chosen[0] if chosen and chosen[0] is not None else sequence_dim
    whole = [slice(None)] * dimension(tensor, dim)
    return tensor[(*whole, slice(start, end))]


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors joined along an existing dimension.

    Raises:
        ArgumentError: There are none.
        ShapeError: They differ in another dimension.

    Example:
        (torch_cat '(((1 2)) ((3 4) (5 6))))
        ; => [[1, 2], [3, 4], [5, 6]]
        (torch_cat '(((1 2)) ((3 4))) 1)
        ; => [[1, 2, 3, 4]]
    """
    first = _first(tensors)
    where = dimension(first, dim)
    for other in tensors:
        kept = [*other.shape[:where], *other.shape[where + 1 :]]
        if kept != [*first.shape[:where], *first.shape[where + 1 :]]:
            shapes = f"{shape_text(first.shape)} and {shape_text(other.shape)}"
            raise ShapeError(f"shapes {shapes} do not join along dimension {dim}")
    return torch.cat(tuple(tensors), where)


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors joined along a new dimension.

    Raises:
        ArgumentError: There are none.
        ShapeError: They differ in shape, or ``dim`` is beyond the dimensions.

    Example:
        (torch_stack '((1 2) (3 4)))
        ; => [[1, 2], [3, 4]]
        (torch_stack '((1 2) (3 4)) 1)
        ; => [[1, 3], [2, 4]]
    """
    first = _first(tensors)
    for other in tensors:
        if other.shape != first.shape:
            shapes = f"{shape_text(first.shape)} and {shape_text(other.shape)}"
            raise ShapeError(f"shapes {shapes} differ")
    return torch.cat([unsqueeze(tensor, dim) for tensor in tensors], dim)


def split(tensor: Tensor, size: int, dim: int = 0) -> list[Tensor]:
    """Pieces of ``size`` along ``dim``; the last may be shorter.

    Raises:
        ArgumentError: ``size`` is not positive.
        ShapeError: The tensor lacks the dimension.

    Example:
        (torch_split '(1 2 3 4 5) 2)
        ; => ([1, 2] [3, 4] [5])
    """
    if size < 1:
        raise ArgumentError(f"size must be positive, got {size}")
    return list(torch.split(tensor, size, dimension(tensor, dim)))


def gather(tensor: Tensor, dim: int, index: Tensor) -> Tensor:
    """The elements that ``index`` chooses along ``dim``, in the shape of ``index``.

    Raises:
        ShapeError: The tensor lacks the dimension, or ``index`` is larger elsewhere.
        ArgumentError: An index is out of bounds.

    Example:
        (torch_gather '((10 20 30) (40 50 60)) 1 '((2) (0)))
        ; => [[30], [40]]
    """
    where = dimension(tensor, dim)
    positions = index.to(torch.int64)
    if positions.dim() != tensor.dim() or any(
        positions.size(other) > tensor.size(other)
        for other in range(tensor.dim())
        if other != where
    ):
        shapes = f"{shape_text(index.shape)} does not fit {shape_text(tensor.shape)}"
        raise ShapeError(f"index of shape {shapes}")
    if positions.numel() and not 0 <= int(positions.min()) <= int(positions.max()) < tensor.size(
        where
    ):
        raise ArgumentError("tensor index out of bounds")
    return tensor.gather(where, positions)


def where(condition: Tensor, a: Tensor | Number, b: Tensor | Number) -> Tensor:
    """The elements of ``a`` where ``condition`` is not zero, of ``b`` elsewhere.

    Raises:
        ShapeError: The shapes do not broadcast.

    Example:
        (torch_where '(true false true) '(1 2 3) 0)
        ; => [1, 0, 3]
    """
    try:
        parts = [part.shape for part in (condition, a, b) if isinstance(part, Tensor)]
        check_room(torch.broadcast_shapes(*parts), torch.float32, condition.device)  # type: ignore[no-untyped-call]
        return torch.where(condition.bool(), a, b)
    except RuntimeError:
        shapes = [shape_text(torch.as_tensor(part).shape) for part in (condition, a, b)]
        raise ShapeError(f"shapes {', '.join(shapes)} do not match") from None


def index_select(tensor: Tensor, dim: int, indices: Tensor) -> Tensor:
    """The parts of ``tensor`` along ``dim`` that ``indices`` name, in their order.

    Raises:
        ShapeError: The tensor lacks the dimension, or the indices are no list.
        ArgumentError: An index is out of bounds.

    Example:
        (torch_index_select '((1 2) (3 4) (5 6)) 0 '(2 0))
        ; => [[5, 6], [1, 2]]
    """
    place = dimension(tensor, dim)
    if indices.dim() != 1:
        raise ShapeError(f"indices must be a list, got shape {shape_text(indices.shape)}")
    wanted = indices.to(tensor.device, torch.int64)
    count = tensor.size(place)
    if ((wanted < -count) | (wanted >= count)).any():
        raise ArgumentError("tensor index out of bounds")
    return tensor.index_select(place, wanted % count if count else wanted)


def triu(tensor: Tensor, diagonal: int = 0) -> Tensor:
    """The matrix with zeros below ``diagonal``.

    Example:
        (torch_triu '((1 2 3) (4 5 6) (7 8 9)))
        ; => [[1, 2, 3], [0, 5, 6], [0, 0, 9]]
    """
    return _matrix(tensor).triu(diagonal)


def tril(tensor: Tensor, diagonal: int = 0) -> Tensor:
    """The matrix with zeros above ``diagonal``.

    Example:
        (torch_tril '((1 2 3) (4 5 6) (7 8 9)))
        ; => [[1, 0, 0], [4, 5, 0], [7, 8, 9]]
        (torch_tril '((1 2 3) (4 5 6) (7 8 9)) -1)
        ; => [[0, 0, 0], [4, 0, 0], [7, 8, 0]]
    """
    return _matrix(tensor).tril(diagonal)


def masked_fill(tensor: Tensor, mask: Tensor, value: Number) -> Tensor:
    """A copy with ``value`` where ``mask`` is not zero.

    Raises:
        ShapeError: The mask does not fit.
        ArgumentError: The tensor's type has no such value.

    Example:
        (torch_masked_fill '(1 2 3) '(true false true) 0)
        ; => [0, 2, 0]
    """
    check_holds(tensor, value)
    return _fillable(tensor, mask).masked_fill(mask.bool(), value)


def masked_fill_(tensor: Tensor, mask: Tensor, value: Number) -> Tensor:
    """``tensor`` itself, changed to hold ``value`` where ``mask`` is not zero.

    Raises:
        ShapeError: The mask does not fit.
        ArgumentError: The tensor's type has no such value.

    Example:
        (setq x (torch_tensor '(1 2 3)))
        (torch_masked_fill_ x '(true false true) 0)
        x
        ; => [0, 2, 0]
    """
    check_holds(tensor, value)
    return _fillable(tensor, mask).masked_fill_(mask.bool(), value)


def set_item(tensor: Tensor, indices: Shape, value: Tensor | Number) -> Tensor:
    """A copy with ``value`` at the place that ``indices`` choose.

    Raises:
        ArgumentError: An index is out of bounds, or the tensor's type has no such value.
        ShapeError: ``value`` does not fit the place.

    Example:
        (torch_set_item '((1 2) (3 4)) '(1 0) 9)
        ; => [[1, 2], [9, 4]]
        (torch_set_item '((1 2) (3 4)) '(0) '(7 8))
        ; => [[7, 8], [3, 4]]
    """
    check_holds(tensor, value)
    changed = tensor.clone()
    try:
        changed[indices] = value
    except IndexError:
        raise ArgumentError("tensor index out of bounds") from None
    except RuntimeError:
        given, place = torch.as_tensor(value).shape, changed[indices].shape
        shapes = f"{shape_text(given)} does not fit {shape_text(place)}"
        raise ShapeError(f"value of shape {shapes}") from None
    return changed


def dimension(tensor: Tensor, dim: int) -> int:
    """``dim`` counted from the front.

    Raises:
        ShapeError: The tensor lacks the dimension.
    """
    if not -tensor.dim() <= dim < tensor.dim():
        raise ShapeError(_out_of_range(dim, tensor))
    return dim % tensor.dim()


def common_shape(a: Shape, b: Shape) -> Shape | None:
    """The shape in which two broadcast, None if they do not."""
    try:
        return tuple(torch.broadcast_shapes(a, b))  # type: ignore[no-untyped-call]
    except RuntimeError:
        return None


def _out_of_range(dim: int, tensor: Tensor) -> str:
    return f"dimension {dim} out of range for a tensor with {tensor.dim()} dimensions"


def _first(tensors: Sequence[Tensor]) -> Tensor:
    if not tensors:
        raise ArgumentError("the list of tensors is empty")
    return tensors[0]


def _matrix(tensor: Tensor) -> Tensor:
    if tensor.dim() < 2:
        raise ShapeError(f"expected at least two dimensions, got {shape_text(tensor.shape)}")
    return tensor


def _fillable(tensor: Tensor, mask: Tensor) -> Tensor:
    if common_shape(tensor.shape, mask.shape) != tensor.shape:
        shapes = f"{shape_text(mask.shape)} does not fit {shape_text(tensor.shape)}"
        raise ShapeError(f"mask of shape {shapes}")
    return tensor
