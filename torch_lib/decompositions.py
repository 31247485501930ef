"""Linear algebra: inverses, solutions, and matrices and tensors as products of simpler ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from torch_lib.display import shape_text
from torch_lib.elementwise import floating
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.mathematics import mul
from torch_lib.memory import check_room

__all__ = [
    "cholesky",
    "det",
    "inverse",
    "khatri_rao_product",
    "qr",
    "solve",
    "svd",
    "tucker_compression_ratio",
    "tucker_decomposition",
    "tucker_reconstruct",
]


def inverse(tensor: Tensor) -> Tensor:
    """The inverse of a square matrix, or of several: ``(… N N)``.

    Raises:
        ShapeError: The matrix is not square.
        ArgumentError: It has no inverse.

    Example:
        (torch_inverse '((2.0 0.0) (0.0 4.0)))
        ; => ((0.5 0.0) (0.0 0.25))
    """
    result: Tensor
    result, info = torch.linalg.inv_ex(_square(tensor))
    if info.any():
        raise ArgumentError("the matrix is singular: it has no inverse")
    return result


def solve(matrix: Tensor, right: Tensor) -> Tensor:
    """The ``x`` for which ``matrix @ x`` is ``right``.

    Args:
        matrix: ``(N N)``.
        right: ``(N)`` or ``(N K)``.

    Raises:
        ShapeError: The sizes do not fit.
        ArgumentError: The matrix is singular.

    Example:
        (torch_solve '((2.0 0.0) (0.0 4.0)) '(2.0 2.0))
        ; => (1.0 0.5)
    """
    square = _square(matrix)
    wanted = floating(right).to(square.dtype)
    if square.dim() != 2 or wanted.dim() not in (1, 2) or wanted.size(0) != square.size(0):
        shapes = f"{shape_text(matrix.shape)} and {shape_text(right.shape)}"
        raise ShapeError(f"matrix and right-hand side do not fit: {shapes}")
    result: Tensor
    result, info = torch.linalg.solve_ex(square, wanted)
    if info.any():
        raise ArgumentError("the matrix is singular")
    return result


def det(tensor: Tensor) -> Tensor:
    """The determinant of a square matrix.

    Raises:
        ShapeError: The matrix is not square.

    Example:
        (torch_det '((2.0 1.0) (0.0 4.0)))
        ; => 8.0
    """
    determinant: Tensor = torch.linalg.det(_square(tensor))
    return determinant


def cholesky(tensor: Tensor) -> Tensor:
    """The lower triangle whose product with its transpose is a positive definite matrix.

    Raises:
        ShapeError: The matrix is not square.
        ArgumentError: It is not positive definite.

    Example:
        (torch_cholesky '((4.0 0.0) (0.0 9.0)))
        ; => ((2.0 0.0) (0.0 3.0))
    """
    result: Tensor
    result, info = torch.linalg.cholesky_ex(_square(tensor))
    if info.any():
        raise ArgumentError("the matrix is not positive definite")
    return result


def qr(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """The orthogonal Q ``(M K)`` and the upper triangular R ``(K N)`` whose product is the matrix.

    Raises:
        ShapeError: The tensor is no matrix.

    Example:
        (map 'torch_shape (torch_qr (torch_ones '(4 2))))
        ; => ((4 2) (2 2))
    """
    q, r = torch.linalg.qr(_matrix(tensor))
    return q, r


def svd(tensor: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """U ``(M K)``, the singular values S ``(K)`` and V ``(N K)``: ``U @ diag(S) @ V.T``.

    Raises:
        ShapeError: The tensor is no matrix.

    Example:
        (@ (torch_svd '((3.0 0.0) (0.0 2.0))) 1)
        ; => (3.0 2.0)
    """
    u, s, vh = torch.linalg.svd(_matrix(tensor), full_matrices=False)
    return u, s, vh.mH


def khatri_rao_product(a: Tensor, b: Tensor) -> Tensor:
    """The Kronecker product column by column: ``(I K)`` and ``(J K)`` give ``(I·J K)``.

    Raises:
        ShapeError: The numbers of columns differ.

    Example:
        (torch_khatri_rao_product '((1.0 2.0)) '((3.0 4.0) (5.0 6.0)))
        ; => ((3.0 8.0) (5.0 12.0))
    """
    if a.dim() != 2 or b.dim() != 2 or a.size(1) != b.size(1):
        shapes = f"{shape_text(a.shape)} and {shape_text(b.shape)}"
        raise ShapeError(f"expected two matrices with as many columns, got {shapes}")
    return mul(a.unsqueeze(1), b.unsqueeze(0)).reshape(-1, a.size(1))


def tucker_decomposition(
    tensor: Tensor, rank: int | Sequence[int], max_iter: int = 100, tol: float = 1e-6
) -> tuple[Tensor, list[Tensor]]:
    """A small core and a factor for each dimension whose product is close to ``tensor``.

    Higher-order orthogonal iteration (De Lathauwer, De Moor & Vandewalle 2000).

    Args:
        tensor: ``(N1 N2 …)``.
        rank: The sizes of the core, one for each dimension, or one for all.
        max_iter: How often the factors are improved at most.
        tol: The relative change of the core's norm at which that ends.

    Returns:
        The core ``(R1 R2 …)``, and the factors ``(N1 R1)``, ``(N2 R2)`` ….

    Raises:
        ArgumentError: A rank is out of range.

    Example:
        (setq parts (torch_tucker_decomposition (torch_ones '(4 5 6)) 2))
        (torch_shape (@ parts 0))
        ; => (2 2 2)
    """
    data = floating(tensor)
    ranks = [rank] * data.dim() if isinstance(rank, int) else list(rank)
    if not data.dim() or 0 in data.shape:
        raise ShapeError(f"there is nothing to decompose in shape {shape_text(data.shape)}")
    if len(ranks) != data.dim():
        raise ArgumentError(f"{len(ranks)} ranks for a tensor of {data.dim()} dimensions")
    for dim, (size, wanted) in enumerate(zip(data.shape, ranks, strict=True)):
        if not 1 <= wanted <= size:
            raise ArgumentError(f"rank {wanted} is outside 1 .. {size} of dimension {dim}")
    if max_iter < 1:
        raise ArgumentError(f"max_iter must be a positive integer, got {max_iter}")
    factors = [_leading(data, dim, wanted) for dim, wanted in enumerate(ranks)]
    norm = -math.inf
    for _ in range(max_iter):
        for dim, wanted in enumerate(ranks):
            others = _projected(data, factors, leaving=dim)
            factors[dim] = _leading(others, dim, wanted)
        before, norm = norm, _projected(data, factors).norm().item()
        if abs(norm - before) <= tol * norm:
            break
    return _projected(data, factors), factors


def tucker_reconstruct(core: Tensor, factors: Sequence[Tensor]) -> Tensor:
    """The tensor that a core and its factors stand for.

    Raises:
        ShapeError: The factors do not fit the core.

    Example:
        (setq data (torch_matmul (torch_ones '(4 1)) '((1.0 2.0 3.0))))
        (setq parts (torch_tucker_decomposition data 1))
        (setq difference (torch_sub data (torch_tucker_reconstruct (@ parts 0) (@ parts 1))))
        (< (torch_norm difference) 1e-5)
        ; => true
    """
    sizes = [factor.size(1) if factor.dim() == 2 else None for factor in factors]
    if sizes != list(core.shape):
        shapes = " ".join(shape_text(factor.shape) for factor in factors)
        raise ShapeError(f"factors {shapes} do not fit the core {shape_text(core.shape)}")
    check_room([factor.size(0) for factor in factors], core.dtype, core.device)
    for dim, factor in enumerate(factors):
        core = torch.tensordot(core, factor, dims=([dim], [1])).movedim(-1, dim)
    return core


def tucker_compression_ratio(original: Tensor, core: Tensor, factors: Sequence[Tensor]) -> float:
    """How many times fewer numbers the core and the factors have than the tensor.

    Example:
        (setq data (torch_ones '(10 10 10)))
        (setq parts (torch_tucker_decomposition data 2))
        (torch_tucker_compression_ratio data (@ parts 0) (@ parts 1))
        ; => 14.7059
    """
    numbers = core.numel() + sum(factor.numel() for factor in factors)
    if not numbers:
        raise ArgumentError("core and factors hold no numbers")
    return original.numel() / numbers


def _projected(data: Tensor, factors: Sequence[Tensor], leaving: int | None = None) -> Tensor:
    """``data`` times the transposed factors, but for one dimension."""
    for dim, factor in enumerate(factors):
        if dim != leaving:
            data = torch.tensordot(data, factor, dims=([dim], [0])).movedim(-1, dim)
    return data


def _leading(data: Tensor, dim: int, count: int) -> Tensor:
    """The first left singular vectors of ``data`` unfolded along ``dim``."""
    unfolded = data.movedim(dim, 0).reshape(data.size(dim), -1)
    whole = unfolded.size(1) < count  # fewer columns than vectors are asked for
    vectors: Tensor = torch.linalg.svd(unfolded, full_matrices=whole)[0]
    return vectors[:, :count]


def _matrix(tensor: Tensor) -> Tensor:
    if tensor.dim() < 2:
        raise ShapeError(f"expected a matrix, got shape {shape_text(tensor.shape)}")
    return floating(tensor)


def _square(tensor: Tensor) -> Tensor:
    if tensor.dim() < 2 or tensor.size(-1) != tensor.size(-2):
        raise ShapeError(f"expected a square matrix, got shape {shape_text(tensor.shape)}")
    return floating(tensor)
