"""Shapes of tensors and parts of them."""

from collections.abc import Callable

import pytest
import torch

from torch_lib import shapes, tensors
from torch_lib.errors import ArgumentError, ShapeError, TorchLibError


def test_shape_is_a_tuple() -> None:
    """Every dimension's length; nothing for zero dimensions."""
    assert shapes.shape(torch.zeros(4, 8, 16, 32)) == (4, 8, 16, 32)
    assert shapes.shape(torch.tensor(1.0)) == ()


def test_elements_are_numbers_and_parts_are_tensors() -> None:
    """As many indices as dimensions give a number, of the tensor's own precision."""
    matrix = torch.tensor([[1.5, 2.7], [3.9, 4.0]])

    assert shapes.tensor_at(matrix, 0, -1) == 2.7
    torch.testing.assert_close(shapes.tensor_at(matrix, -1), matrix[1])
    assert shapes.tensor_at(torch.tensor([True]), 0) is True


def test_rearranging_matches_pytorch() -> None:
    """The same elements in another order."""
    tensor = torch.arange(24).reshape(2, 3, 4)

    assert torch.equal(shapes.reshape(tensor, (-1, 6)), tensor.reshape(4, 6))
    assert torch.equal(shapes.transpose(tensor, 1, -1), tensor.transpose(1, 2))
    assert torch.equal(shapes.permute(tensor, (2, 0, -2)), tensor.permute(2, 0, 1))
    assert torch.equal(shapes.flatten(tensor), torch.arange(24))
    assert shapes.unsqueeze(tensor, -1).shape == (2, 3, 4, 1)
    assert shapes.squeeze(shapes.unsqueeze(tensor, 0)).shape == (2, 3, 4)
    assert shapes.squeeze(torch.zeros(1, 2, 1), -1).shape == (1, 2)
    assert torch.equal(shapes.expand(torch.ones(1, 2), (3, -1)), torch.ones(3, 2))
    assert shapes.contiguous(tensor.transpose(0, 2)).is_contiguous()


def test_slices_cut_the_sequence_dimension() -> None:
    """Two bounds cut dimension 1, or the only one; three name it. They are views."""
    tokens = torch.arange(10).reshape(2, 5)

    assert torch.equal(shapes.tensor_slice(tokens, 1, -1), tokens[:, 1:-1])
    assert torch.equal(shapes.tensor_slice(tokens[0], 1, None), tokens[0, 1:])
    assert torch.equal(shapes.tensor_slice(tokens, 0, 1, 2), tokens[1:2])
    assert torch.equal(shapes.tensor_slice(tokens, -1, -2, None), tokens[:, -2:])
    assert shapes.tensor_slice(tokens, 4, 1).shape == (2, 0)
    assert shapes.tensor_slice(tokens, 1, 3).data_ptr() == tokens[:, 1:].data_ptr()


def test_parts_are_chosen_and_joined() -> None:
    """Selecting, gathering, splitting and joining match PyTorch."""
    a, b = torch.arange(6).reshape(2, 3), torch.arange(6, 12).reshape(2, 3)

    assert torch.equal(shapes.select(a, 1, -1), a[:, -1])
    assert torch.equal(shapes.cat([a, b], -1), torch.cat((a, b), 1))
    assert torch.equal(shapes.stack([a, b], -1), torch.stack((a, b), -1))
    assert [piece.shape for piece in shapes.split(a, 2, 1)] == [(2, 2), (2, 1)]
    assert torch.equal(shapes.gather(a, 1, torch.tensor([[2], [0]])), torch.tensor([[2], [3]]))
    assert torch.equal(shapes.where(a > 2, a, 0), torch.tensor([[0, 0, 0], [3, 4, 5]]))
    assert torch.equal(shapes.triu(a), torch.triu(a))
    assert torch.equal(shapes.tril(a, -1), torch.tril(a, -1))


def test_filling_copies_unless_it_says_so() -> None:
    """Only the function with an underscore changes its argument."""
    tensor = torch.zeros(2, 2)
    mask = torch.tensor([1, 0])

    assert torch.equal(shapes.masked_fill(tensor, mask, 5), torch.tensor([[5.0, 0.0]] * 2))
    assert torch.equal(shapes.set_item(tensor, (0, -1), 7), torch.tensor([[0.0, 7.0], [0.0, 0.0]]))
    assert torch.equal(shapes.set_item(tensor, (1,), torch.ones(2))[1], torch.ones(2))
    assert torch.equal(tensor, torch.zeros(2, 2))
    assert shapes.masked_fill_(tensor, mask, 5) is tensor
    assert tensor[0, 0] == 5


def test_decimals_are_not_cut_off() -> None:
    whole, mask = torch.tensor([1, 2]), torch.tensor([True, False])
    calls: tuple[Callable[[], object], ...] = (
        lambda: shapes.set_item(whole, (0,), 2.5),
        lambda: shapes.set_item(whole, (), torch.tensor([2.5, 1.0])),
        lambda: shapes.masked_fill(whole, mask, 2.5),
        lambda: shapes.masked_fill_(whole, mask, 2.5),
        lambda: tensors.full_like(whole, float("nan")),
    )

    for call in calls:
        with pytest.raises(ArgumentError, match="with decimals does not fit a tensor of int64"):
            call()
    assert shapes.set_item(whole, (0,), 5.0).tolist() == [5, 2]
    assert whole.tolist() == [1, 2]


def test_gradients_flow_through_views() -> None:
    """Cutting and joining keep the graph."""
    source = torch.ones(2, 3, requires_grad=True)

    joined = shapes.cat([shapes.tensor_slice(source, 0, 2), source], 1)

    (gradient,) = torch.autograd.grad(joined.sum(), source)
    assert torch.equal(gradient, torch.tensor([[2.0, 2.0, 1.0]] * 2))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda t: shapes.reshape(t, (5, 3)),
            ShapeError,
            "cannot reshape 12 elements to (5 3)",
        ),
        (
            lambda t: shapes.transpose(t, 4, 0),
            ShapeError,
            "dimension 4 out of range for a tensor with 2 dimensions",
        ),
        (
            lambda t: shapes.unsqueeze(t, 4),
            ShapeError,
            "dimension 4 out of range for a tensor with 2 dimensions",
        ),
        (
            lambda t: shapes.permute(t, (0, 0)),
            ShapeError,
            "(0 0) does not name each of 2 dimensions once",
        ),
        (lambda t: shapes.expand(t, (2, 4)), ShapeError, "cannot expand (3 4) to (2 4)"),
        (lambda t: shapes.tensor_at(t, 3), ArgumentError, "tensor index out of bounds"),
        (lambda t: shapes.tensor_at(t, 0, 0, 0), ArgumentError, "tensor index out of bounds"),
        (lambda t: shapes.select(t, 0, -4), ArgumentError, "tensor index out of bounds"),
        (lambda t: shapes.set_item(t, (0, 9), 1), ArgumentError, "tensor index out of bounds"),
        (
            lambda t: shapes.set_item(t, (0,), torch.ones(3)),
            ShapeError,
            "value of shape (3) does not fit (4)",
        ),
        (
            lambda t: shapes.tensor_slice(t, 1),
            ArgumentError,
            "expected start end or dim start end, got 1 numbers",
        ),
        (lambda t: shapes.tensor_slice(t[0, 0], 0, 1), ShapeError, None),
        (lambda t: shapes.cat([], 0), ArgumentError, "the list of tensors is empty"),
        (
            lambda t: shapes.cat([t, t[:, :2]], 0),
            ShapeError,
            "shapes (3 4) and (3 2) do not join along dimension 0",
        ),
        (lambda t: shapes.stack([t, t[0]], 0), ShapeError, "shapes (3 4) and (4) differ"),
        (lambda t: shapes.split(t, 0), ArgumentError, "size must be positive, got 0"),
        (
            lambda t: shapes.gather(t, 1, torch.tensor([[4]])),
            ArgumentError,
            "tensor index out of bounds",
        ),
        (
            lambda t: shapes.gather(t, 1, torch.zeros(4, 1)),
            ShapeError,
            "index of shape (4 1) does not fit (3 4)",
        ),
        (
            lambda t: shapes.where(t > 0, torch.ones(5), 0),
            ShapeError,
            "shapes (3 4), (5), () do not match",
        ),
        (
            lambda t: shapes.masked_fill(t, torch.ones(5), 0),
            ShapeError,
            "mask of shape (5) does not fit (3 4)",
        ),
        (
            lambda t: shapes.triu(t[0]),
            ShapeError,
            "expected at least two dimensions, got (4)",
        ),
    ],
)
def test_misfits_are_named(call, error: type[TorchLibError], message: str | None) -> None:
    """The message has both shapes, or the index."""
    with pytest.raises(error) as caught:
        call(torch.zeros(3, 4))

    if message is not None:
        assert str(caught.value) == message
