"""Arithmetic, products and functions of one element."""

import pytest
import torch
import torch.nn.functional as F

from torch_lib import elementwise, mathematics
from torch_lib.errors import ArgumentError, ShapeError, TorchLibError

OF_PYTORCH = [name for name in elementwise.__all__ if hasattr(torch, name)]


@pytest.mark.parametrize("name", OF_PYTORCH)
def test_functions_of_one_element_match_pytorch(name: str) -> None:
    """Each name means what it means in PyTorch, and keeps the gradient."""
    values = torch.tensor([0.25, 0.5, 0.75], requires_grad=True)

    result = getattr(elementwise, name)(values)

    torch.testing.assert_close(result, getattr(torch, name)(values))
    assert result.requires_grad


def test_activations_take_whole_numbers() -> None:
    """Those of the neural network library convert first."""
    numbers = torch.tensor([-1, 0, 2])

    torch.testing.assert_close(elementwise.gelu(numbers), F.gelu(numbers.float()))
    torch.testing.assert_close(elementwise.silu(numbers), F.silu(numbers.float()))
    assert set(elementwise.__all__) - set(OF_PYTORCH) == {"gelu", "silu"}


@pytest.mark.parametrize(
    ("name", "expected"), [("add", 5.0), ("sub", -1.0), ("mul", 6.0), ("div", 2 / 3), ("pow", 8.0)]
)
def test_arithmetic_takes_numbers_on_either_side(name: str, expected: float) -> None:
    """Numbers and tensors mix; the type is the tensor's."""
    operation = getattr(mathematics, name)
    two, three = torch.tensor([2.0]).double(), torch.tensor([3.0]).double()

    for pair in ((two, three), (2, three), (two, 3), (2.0, three)):
        result = operation(*pair)
        assert result.dtype == torch.float64
        torch.testing.assert_close(result, torch.tensor([expected]).double())
    assert operation(2.0, 3.0).item() == pytest.approx(expected)


def test_numbers_are_not_rounded_on_their_way() -> None:
    """0.1 meets a float64 tensor as 0.1."""
    assert mathematics.mul(0.1, torch.tensor([1.0]).double()).item() == 0.1
    assert mathematics.sub(1, torch.tensor([3])).dtype == torch.int64
    assert mathematics.sub(0.5, torch.tensor([3])).item() == -2.5


def test_products() -> None:
    """Matrices, batches, named sums, weights."""
    a, b = torch.randn(2, 3), torch.randn(3, 2)

    assert torch.equal(
        mathematics.matmul(torch.ones(2, 3), torch.ones(3, 2)), torch.full((2, 2), 3.0)
    )
    torch.testing.assert_close(mathematics.matmul(a, b[:, 0]), a @ b[:, 0])
    torch.testing.assert_close(mathematics.matmul(torch.ones(2, 3).long(), b), torch.ones(2, 3) @ b)
    torch.testing.assert_close(mathematics.einsum("ij,jk->ik", [a, b]), a @ b)
    weight, bias = torch.randn(4, 3), torch.randn(4)
    torch.testing.assert_close(mathematics.linear_apply(a, weight, bias), a @ weight.T + bias)
    torch.testing.assert_close(mathematics.linear_apply(a, weight), a @ weight.T)
    whole = torch.arange(weight.size(0))
    torch.testing.assert_close(mathematics.linear_apply(a, weight, whole), a @ weight.T + whole)


def test_functions_along_a_dimension() -> None:
    """Softmax, running sums, root mean square."""
    values = torch.randn(2, 3)

    torch.testing.assert_close(mathematics.softmax(values, 0), torch.softmax(values, 0))
    torch.testing.assert_close(mathematics.softmax(torch.tensor([1, 1])), torch.tensor([0.5, 0.5]))
    torch.testing.assert_close(mathematics.log_softmax(values), torch.log_softmax(values, -1))
    torch.testing.assert_close(mathematics.cumsum(values, 1), values.cumsum(1))
    weight = torch.randn(3)
    scale = torch.rsqrt(values.pow(2).mean(-1, keepdim=True) + 1e-6)
    torch.testing.assert_close(mathematics.rms_norm(values, weight), values * scale * weight)
    assert mathematics.clamp(torch.tensor([-2, 0, 2]), -1, 1).tolist() == [-1, 0, 1]
    assert mathematics.clamp(torch.tensor([-2, 2]), max=1).tolist() == [-2, 1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: mathematics.add(torch.ones(2, 3), torch.ones(4)),
            ShapeError,
            "shapes (2 3) and (4) do not match",
        ),
        (
            lambda: mathematics.matmul(torch.ones(2, 3), torch.ones(2, 3)),
            ShapeError,
            "inner sizes differ: (2 3) x (2 3)",
        ),
        (
            lambda: mathematics.matmul(torch.ones(2), torch.ones(3)),
            ShapeError,
            "inner sizes differ: (2) x (3)",
        ),
        (
            lambda: mathematics.matmul(torch.tensor(1.0), torch.ones(3)),
            ShapeError,
            "a product needs at least one dimension: () x (3)",
        ),
        (
            lambda: mathematics.linear_apply(torch.ones(2), torch.ones(4, 3)),
            ShapeError,
            "inner sizes differ: (2) x (4 3) transposed",
        ),
        (
            lambda: mathematics.linear_apply(torch.ones(3), torch.ones(4, 3), torch.ones(3)),
            ShapeError,
            "bias of shape (3) does not fit 4 outputs",
        ),
        (
            lambda: mathematics.einsum("ij,jk->ik", [torch.ones(2, 3), torch.ones(2, 3)]),
            ShapeError,
            "subscript j has size 2 for operand 1 which does not broadcast with previously seen "
            "size 3",
        ),
        (
            lambda: mathematics.rms_norm(torch.ones(2, 3), torch.ones(2)),
            ShapeError,
            "weight of shape (2) does not fit (2 3)",
        ),
        (
            lambda: mathematics.softmax(torch.ones(2), 1),
            ShapeError,
            "dimension 1 out of range for a tensor with 1 dimensions",
        ),
        (
            lambda: mathematics.clamp(torch.ones(2)),
            ArgumentError,
            "at least one of min and max must be given",
        ),
    ],
)
def test_misfits_are_named(call, error: type[TorchLibError], message: str) -> None:
    """The message has both shapes."""
    with pytest.raises(error) as caught:
        call()

    assert str(caught.value) == message


def test_truth_values_are_numbers() -> None:
    truths, others = torch.tensor([True, False]), torch.tensor([True, True])

    assert mathematics.sub(truths, others).tolist() == [0, -1]
    for name in ("abs", "floor", "ceil", "round", "relu"):
        assert getattr(elementwise, name)(truths).tolist() == [1, 0]
    assert elementwise.neg(truths).tolist() == [-1, 0]


def test_whole_numbers_become_floating_where_results_are() -> None:
    whole = torch.tensor([1, 2, 4])

    assert mathematics.pow(whole, -1).tolist() == [1.0, 0.5, 0.25]
    assert mathematics.pow(2, torch.tensor([1, -1])).tolist() == [2.0, 0.5]
    assert mathematics.pow(whole, 2).dtype == torch.int64
    torch.testing.assert_close(
        mathematics.rms_norm(whole, whole), F.rms_norm(whole.float(), (3,), whole.float(), 1e-6)
    )
    assert mathematics.einsum("i,i->", [whole, torch.tensor([0.5, 0.5, 0.5])]).item() == 3.5


def test_devices_do_not_mix() -> None:
    """The meta device, which every machine has, stands for another one."""
    elsewhere = torch.ones(2, device="meta")

    with pytest.raises(TorchLibError, match=r"^tensors are on different devices \(cpu and meta\)$"):
        mathematics.check_same_device(torch.ones(2), elsewhere)
