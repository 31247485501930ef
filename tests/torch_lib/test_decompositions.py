"""Linear algebra and decompositions."""

import pytest
import torch

from torch_lib import decompositions as linear_algebra
from torch_lib.errors import ArgumentError, ShapeError

MATRIX = torch.tensor([[4.0, 1.0], [2.0, 3.0]])


def test_inverse_and_solution() -> None:
    torch.testing.assert_close(linear_algebra.inverse(MATRIX) @ MATRIX, torch.eye(2))
    right = torch.tensor([1, 2])
    torch.testing.assert_close(MATRIX @ linear_algebra.solve(MATRIX, right), right.float())
    assert linear_algebra.det(MATRIX).item() == pytest.approx(10)


def test_products_of_simpler_matrices() -> None:
    tall = torch.randn(6, 4)

    q, r = linear_algebra.qr(tall)
    u, s, v = linear_algebra.svd(tall)
    lower = linear_algebra.cholesky(tall.T @ tall)

    torch.testing.assert_close(q @ r, tall)
    torch.testing.assert_close(u @ s.diag() @ v.T, tall)
    torch.testing.assert_close(lower @ lower.T, tall.T @ tall)


def test_khatri_rao_is_kronecker_by_column() -> None:
    a, b = torch.randn(3, 2), torch.randn(4, 2)

    product = linear_algebra.khatri_rao_product(a, b)

    columns = [torch.kron(a[:, column], b[:, column]) for column in range(2)]
    torch.testing.assert_close(product, torch.stack(columns, 1))


def test_tucker_finds_what_a_tensor_is_made_of() -> None:
    """A tensor of low rank comes back; the ratio counts its numbers."""
    factors = [torch.randn(size, 2) for size in (6, 7, 8)]
    tensor = linear_algebra.tucker_reconstruct(torch.randn(2, 2, 2), factors)

    core, found = linear_algebra.tucker_decomposition(tensor, 2)

    again = linear_algebra.tucker_reconstruct(core, found)
    torch.testing.assert_close(again, tensor, rtol=1e-4, atol=1e-4)
    ratio = linear_algebra.tucker_compression_ratio(tensor, core, found)
    assert ratio == 6 * 7 * 8 / (8 + 2 * (6 + 7 + 8))


def test_tucker_is_no_worse_than_truncating_each_dimension() -> None:
    tensor = torch.randn(6, 7, 8)

    core, _ = linear_algebra.tucker_decomposition(tensor, [3, 4, 5])

    first = [
        torch.linalg.svd(tensor.movedim(dim, 0).flatten(1))[0][:, :rank]
        for dim, rank in enumerate((3, 4, 5))
    ]
    truncated = torch.einsum("abc,ai,bj,ck->ijk", tensor, *first)
    assert core.shape == (3, 4, 5)
    assert core.norm() >= truncated.norm() * (1 - 1e-5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: linear_algebra.inverse(torch.ones(2, 2)), ArgumentError, "matrix is singular"),
        (lambda: linear_algebra.inverse(torch.ones(2, 3)), ShapeError, r"got shape \(2 3\)"),
        (lambda: linear_algebra.solve(torch.ones(2, 2), torch.ones(2)), ArgumentError, "singular"),
        (lambda: linear_algebra.solve(MATRIX, torch.ones(3)), ShapeError, r"\(2 2\) and \(3\)"),
        (lambda: linear_algebra.cholesky(-MATRIX), ArgumentError, "not positive definite"),
        (lambda: linear_algebra.svd(torch.ones(3)), ShapeError, "expected a matrix"),
        (
            lambda: linear_algebra.tucker_decomposition(torch.ones(2, 3), 3),
            ArgumentError,
            "rank 3 is outside 1 .. 2 of dimension 0",
        ),
        (
            lambda: linear_algebra.tucker_reconstruct(torch.ones(2, 2), [torch.ones(3, 2)]),
            ShapeError,
            r"factors \(3 2\) do not fit the core \(2 2\)",
        ),
        (
            lambda: linear_algebra.khatri_rao_product(torch.ones(2, 3), torch.ones(2, 2)),
            ShapeError,
            "two matrices with as many columns",
        ),
    ],
)
def test_mistakes_are_named(call, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
