"""Making tensors from plain data, and taking the values out again."""

from array import array

import numpy as np
import pytest
import torch

from torch_lib import tensors
from torch_lib.errors import ArgumentError, KindError, ShapeError
from torch_lib.tensors import tensor


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([1, 2, 3], torch.tensor([1, 2, 3])),
        ([1, 2.5], torch.tensor([1.0, 2.5])),
        ([True, False], torch.tensor([True, False])),
        ([True, None], torch.tensor([True, False])),
        ([[1.0, 2.0], [3.0, 4.0]], torch.tensor([[1.0, 2.0], [3.0, 4.0]])),
        ([], torch.tensor([])),
        (7, torch.tensor(7)),
        (0.5, torch.tensor(0.5)),
        (True, torch.tensor(True)),
        (range(1, 6), torch.arange(1, 6)),
        (array("f", [1.5, 2.7]), torch.tensor([1.5, 2.7])),
        (array("d", [0.1]), torch.tensor([0.1], dtype=torch.float64)),
        (array("q", [1, -2]), torch.tensor([1, -2])),
        (array("h", [3]), torch.tensor([3], dtype=torch.int16)),
        (array("d"), torch.empty(0, dtype=torch.float64)),
        (b"\x01\x02", torch.tensor([1, 2], dtype=torch.uint8)),
        (np.arange(6).reshape(2, 3).T, torch.arange(6).reshape(2, 3).T),
        ([array("d", [0.1, 1]), array("d", [2, 3])], torch.tensor([[0.1, 1], [2, 3]]).double()),
        ([array("f"), array("f")], torch.empty(2, 0)),
        ([array("h", [1, 2]), range(3, 5)], torch.tensor([[1, 2], [3, 4]])),
        ([[torch.ones(2)], [array("f", [3, 4])]], torch.tensor([[[1.0, 1.0]], [[3.0, 4.0]]])),
    ],
)
def test_data_becomes_a_tensor(data: object, expected: torch.Tensor) -> None:
    """Lists choose a type by their elements, buffers and tensors keep theirs."""
    made = tensor(data)

    assert made.dtype == expected.dtype
    torch.testing.assert_close(made, expected)


def test_double_rows_keep_their_precision() -> None:
    """A list of float64 buffers is not rounded on the way."""
    assert tensor([array("d", [0.1])]).item() == 0.1


def test_a_tensor_never_shares_its_data() -> None:
    """Changing the source later does not change the tensor."""
    numbers, source = array("f", [1.0]), torch.ones(1, requires_grad=True)
    from_buffer, from_tensor = tensor(numbers), tensor(source)

    numbers[0] = 5.0
    with torch.no_grad():
        source.fill_(5.0)

    assert from_buffer.item() == from_tensor.item() == 1.0
    assert not from_tensor.requires_grad


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([[1, 2, 3], [4, 5]], ShapeError, "rows have different lengths (3 and 2)"),
        (
            [array("f", [1]), array("f", [1, 2])],
            ShapeError,
            "rows have different lengths (1 and 2)",
        ),
        (
            [torch.ones(1, 2), torch.ones(2, 2)],
            ShapeError,
            "rows have different shapes (1 2) and (2 2)",
        ),
        (
            [array("I", [1]), array("I", [2])],
            KindError,
            'expected numbers, got a buffer of format "I"',
        ),
        ([1, 2, "a"], KindError, 'element 2 is not a number ("a")'),
        (["a"], KindError, 'element 0 is not a number ("a")'),
        ([[1, 2], [3, None]], KindError, "element (1 1) is not a number (nil)"),
        ([[1, 2], 3], ShapeError, "element (1) is a number, others are rows"),
        ([2**63], KindError, "a whole number does not fit 64 bits"),
        ("text", KindError, 'expected numbers, got "text"'),
        (array("I", [1]), KindError, 'expected numbers, got a buffer of format "I"'),
    ],
)
def test_what_is_no_tensor_is_refused(data: object, error: type[Exception], message: str) -> None:
    """The message tells what is wrong, and where."""
    with pytest.raises(error) as caught:
        tensor(data)

    assert str(caught.value) == message


def test_filled_tensors() -> None:
    """Each has its shape, value and type."""
    assert torch.equal(tensors.zeros((2, 3)), torch.zeros(2, 3))
    assert torch.equal(tensors.ones((2,), "int64"), torch.ones(2, dtype=torch.int64))
    assert torch.equal(tensors.full((2,), 7), torch.tensor([7, 7]))
    assert torch.equal(tensors.full((2,), 7, "float64"), torch.tensor([7.0, 7.0]).double())
    assert torch.equal(tensors.eye(2), torch.eye(2))
    assert torch.equal(tensors.arange(1, 6, 2), torch.tensor([1, 3, 5]))
    assert torch.equal(tensors.arange(1, 0, -0.5), torch.tensor([1.0, 0.5]))
    like = torch.ones(2, dtype=torch.float16)
    assert torch.equal(tensors.zeros_like(like), torch.zeros_like(like))
    assert torch.equal(tensors.ones_like(like), like)
    assert torch.equal(tensors.full_like(like, 2), like * 2)
    assert tensors.zeros((0, 1, 2)).shape == (0, 1, 2)


def test_random_tensors_follow_the_seed() -> None:
    """The same seed gives the same numbers, in their ranges."""
    tensors.manual_seed(3)
    first = tensors.rand((50,)), tensors.randn((50,)), tensors.randint(-2, 2, (50,))
    tensors.manual_seed(3)
    second = tensors.rand((50,)), tensors.randn((50,)), tensors.randint(-2, 2, (50,))

    for one, other in zip(first, second, strict=True):
        assert torch.equal(one, other)
    assert 0 <= first[0].min() < first[0].max() < 1
    assert set(first[2].tolist()) == {-2, -1, 0, 1}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: tensors.zeros((2, -3)),
            "shape must be a list of non-negative integers, got (2 -3)",
        ),
        (
            lambda: tensors.zeros((2,), "float"),
            'unknown element type "float" (known: float32, float64, float16, bfloat16, int64, '
            "int32, int16, int8, uint8, bool)",
        ),
        (
            lambda: tensors.rand((2,), "int8"),
            "random numbers are floating, int8 is not a floating type",
        ),
        (lambda: tensors.randint(3, 3, (2,)), "low (3) must be less than high (3)"),
        (lambda: tensors.arange(0, 5, -1), "steps of -1 do not lead from 0 to 5"),
        (lambda: tensors.arange(0, 5, 0), "steps of 0 do not lead from 0 to 5"),
        (
            lambda: tensors.item(torch.ones(4)),
            "tensor must contain exactly one element, but has 4",
        ),
        (
            lambda: tensors.requires_grad(torch.tensor([1])),
            "only floating tensors have gradients, this one holds int64",
        ),
    ],
)
def test_wrong_arguments_are_named(call, message: str) -> None:
    """The message has the offending value and what was expected."""
    with pytest.raises(ArgumentError) as caught:
        call()

    assert str(caught.value) == message


def test_values_come_out_as_numbers() -> None:
    """Elements are the decimals of their type, in nested lists."""
    values = torch.tensor([[1.5, 2.7], [3.9, 0.1]])

    assert tensors.to_list(values) == [[1.5, 2.7], [3.9, 0.1]]
    assert tensors.to_list(torch.tensor(2.7)) == 2.7
    assert tensors.to_list(torch.empty(2, 0)) == [[], []]
    assert tensors.to_list(torch.tensor([True])) == [True]
    assert tensors.item(values[0, 1]) == 2.7
    assert tensors.item(torch.tensor([[5]])) == 5


def test_types_convert() -> None:
    """Names go in and come out."""
    half = tensors.to_dtype(torch.tensor([1.5]), "float16")

    assert tensors.dtype(half) == "float16"
    assert tensors.dtype(torch.tensor(1)) == "int64"


def test_gradients_are_recorded_on_request() -> None:
    """A tensor can start recording; detached ones stay out of it."""
    weight = tensors.requires_grad(torch.ones(2))
    assert tensors.grad(weight) is None

    torch.autograd.backward((tensors.clone(weight) * tensors.detach(weight * 3)).sum())

    torch.testing.assert_close(tensors.grad(weight), torch.tensor([3.0, 3.0]))
    assert not tensors.requires_grad(weight, False).requires_grad


def test_live_tensors_are_counted() -> None:
    """A tensor counts while it lives."""
    before = tensors.tensor_count()
    held = torch.ones(1)

    assert tensors.tensor_count() >= before + 1
    del held
