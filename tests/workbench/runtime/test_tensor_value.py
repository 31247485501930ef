"""Tensors as Lisp values: reading, comparing, calculating."""

from __future__ import annotations

from io import StringIO

import numpy
import pytest
import torch

from lispe_core import operators
from lispe_core.array_matrices import matrix_of
from lispe_core.builtins.access import cdr
from lispe_core.containers import clone, element, element_in_order, iterate, size
from lispe_core.errors import LispError
from lispe_core.forms import TRUE, LispList
from lispe_core.printer import display
from lispe_core.scalars import to_integer, to_number
from lispe_core.typed_lists import KINDS, Floats, Integers, TypedList
from workbench.runtime.build import build_interpreter
from workbench.runtime.tensor_value import TensorValue, plain_tensor


def tensor(data: object) -> TensorValue:
    return TensorValue(torch.tensor(data))


def test_elements_are_lisp_numbers() -> None:
    assert element(tensor([1.5, 2.7, 3.9]), 1) == 2.7
    assert type(element(tensor([1, 2]), 0)) is int
    assert element(tensor([True, False]), 0) is TRUE
    assert element(tensor([True, False]), 1) is None


def test_slices_are_tensors() -> None:
    assert display(element(tensor([[1.0], [2.0]]), -1)) == "(2.0)"


@pytest.mark.parametrize("index", [3, -4, 10])
def test_an_index_outside_is_refused(index: int) -> None:
    with pytest.raises(LispError, match=r"^Error: tensor index out of bounds$"):
        element(tensor([1, 2, 3]), index)


def test_at_counts_through_all_elements() -> None:
    rows = tensor([[1, 2, 3], [4, 5, 6]])
    columns = TensorValue(rows.tensor.T)

    assert [element_in_order(rows, index) for index in (0, 2, 3, -1)] == [1, 3, 4, 6]
    assert [element_in_order(columns, index) for index in range(6)] == [1, 4, 2, 5, 3, 6]
    assert element_in_order(tensor([7, 8]), -1) == 8
    for index in (6, -7):
        with pytest.raises(LispError, match=r"^Error: tensor index out of bounds$"):
            element_in_order(rows, index)


def test_only_at_with_one_index_counts_through_all_elements() -> None:
    output = StringIO()
    interpreter = build_interpreter(
        output=output, error_output=output, read_line=lambda prompt: None
    )
    interpreter.evaluate("(setq t (torch_tensor '((1 2) (3 4))))")

    def value(source: str) -> str:
        return display(interpreter.evaluate(source))

    assert value("(at t 3)") == value("(at t 1 1)") == value("(apply 'at (list t 3))") == "4"
    assert value("(@ t 1)") == value("(nth t 1)") == "[3, 4]"


def test_a_number_has_no_elements() -> None:
    with pytest.raises(LispError, match="tensor index out of bounds"):
        element(tensor(5.0), 0)


def test_size_tally_and_truth() -> None:
    rows = TensorValue(torch.zeros(2, 3))

    assert (size(rows), rows.tally(), bool(rows)) == (2, 6, True)
    assert size(tensor(0.0)) == 1


def test_loops_give_numbers_or_slices() -> None:
    assert list(iterate(tensor([1.1, 2.2]))) == [1.1, 2.2]
    assert [display(row) for row in iterate(tensor([[1], [2]]))] == ["[1]", "[2]"]


def test_the_rest_leaves_out_the_first_slice() -> None:
    assert display(cdr(tensor([[1], [2], [3]]))) == "[[2], [3]]"
    with pytest.raises(LispError, match=r"You cannot apply 'cdr' to: '5\.0'"):
        cdr(tensor(5.0))


def test_a_clone_is_another_tensor() -> None:
    original = tensor([1.0])
    copy = clone(original)
    copy.store(0, 5.0)

    assert display(original) == "(1.0)"


@pytest.mark.parametrize(
    ("left", "right", "printed"),
    [
        (tensor([4.0]), 2, ("(6.0)", "(2.0)", "(8.0)", "(2.0)")),
        (8, tensor([4.0]), ("(12.0)", "(4.0)", "(32.0)", "(2.0)")),
        (tensor([4.0]), tensor([2.0]), ("(6.0)", "(2.0)", "(8.0)", "(2.0)")),
        (tensor([4.0]), Floats([2.0]), ("(6.0)", "(2.0)", "(8.0)", "(2.0)")),
        (LispList([4.0]), tensor([2.0]), ("(6.0)", "(2.0)", "(8.0)", "(2.0)")),
        (Integers([4]), tensor([2]), ("[6]", "[2]", "[8]", "(2.0)")),
    ],
)
def test_arithmetic_mixes_tensors_numbers_and_lists(left, right, printed) -> None:
    results = (left + right, left - right, left * right, left / right)

    assert tuple(display(result) for result in results) == printed


@pytest.mark.parametrize("kind", KINDS)
def test_matrices_with_and_without_rows_become_the_same_tensor(kind: type[TypedList]) -> None:
    computed = matrix_of(numpy.arange(900).reshape(30, 30), kind)
    made = plain_tensor(computed)
    assert computed.data is not None

    made[0] += 1
    expected = plain_tensor(LispList(computed))
    assert computed.data is None
    expected[0] += 1
    assert made.dtype == expected.dtype
    assert torch.equal(made, expected)
    assert computed[0][0] == 0


def test_truth_values_count_as_numbers_in_arithmetic() -> None:
    truths = tensor([True, False])

    assert display(-truths) == "[-1, 0]"
    assert display(operators.add(truths, 1)) == "[2, 1]"


def test_arithmetic_keeps_the_gradient() -> None:
    weight = TensorValue(torch.tensor([2.0], requires_grad=True))
    (weight * weight + 1).tensor.sum().backward()

    assert weight.tensor.grad is not None
    assert weight.tensor.grad.tolist() == [4.0]


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(LispError, match=r"^Error: \+: shapes \(2 3\) and \(4\) do not match$"):
        TensorValue(torch.ones(2, 3)) + TensorValue(torch.ones(4))


def test_text_is_joined_not_added() -> None:
    assert operators.add("loss ", tensor(0.5)) == "loss 0.5"


def test_single_numbers_compare() -> None:
    loss = tensor(0.7)

    assert loss < 1
    assert loss > tensor(0.5)
    assert loss <= 0.7
    assert loss > 0.5
    assert loss == 0.7
    assert loss != 0.8


def test_single_numbers_convert() -> None:
    assert to_number(tensor(2.7)) == 2.7
    assert to_integer(tensor([2.7])) == 2
    with pytest.raises(LispError, match=r"^Error: cannot convert a tensor of shape \(2\): "):
        to_number(tensor([1, 2]))


def test_several_numbers_do_not_compare() -> None:
    with pytest.raises(LispError, match=r"cannot compare a tensor of shape \(2\)"):
        operators.less(tensor([1.0, 2.0]), 1)


def test_equality_is_shape_and_elements() -> None:
    assert tensor([1, 2]) == tensor([1.0, 2.0])
    assert tensor([1, 2]) != tensor([1, 3])
    assert tensor([1, 2]) != tensor([[1, 2]])
    assert tensor([1, 2]) != "text"


def test_identity_is_the_value_itself() -> None:
    value = tensor([1])

    assert operators.identical(value, value)
    assert not operators.identical(value, tensor([1]))


@pytest.mark.parametrize(
    ("change", "elements"),
    [
        ("(+= (at t 1) 10)", "(1 12 3 4)"),
        ("(-= (at t -1) 4)", "(1 2 3 0)"),
        ("(+= (at t 1 1) 10)", "(1 2 3 14)"),
        ("(+= (@ t 0) 10)", "(11 12 3 4)"),
    ],
)
def test_an_operator_changes_the_element_that_is_read(change: str, elements: str) -> None:
    output = StringIO()
    interpreter = build_interpreter(
        output=output, error_output=output, read_line=lambda prompt: None
    )
    interpreter.evaluate("(setq t (torch_tensor '((1 2) (3 4))))")
    interpreter.evaluate(change)
    assert display(interpreter.evaluate("(for i (iota0 4) (at t i))")) == elements
