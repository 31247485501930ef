"""A tensor is kept as it is, and compared with what becomes of it."""

from __future__ import annotations

import math

import pytest
import torch

from lispe_core.forms import LispList, Value
from tests.workbench.runtime.looking import looking_at
from workbench.runtime import tensor_statistics
from workbench.runtime.protocol import (
    ComparisonView,
    TensorInspected,
    ValueInspected,
    ValuePinned,
    Window,
)
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.views import Views


def compared(changed: torch.Tensor, first: torch.Tensor, *, whole: bool = False) -> ComparisonView:
    program: dict[str, Value] = {"value": TensorValue(first)}
    views = Views(lambda: program)
    handle = views.variables()[0].handle
    pinned = views.pin(handle, ())
    assert isinstance(pinned, ValuePinned)
    program["value"] = TensorValue(changed)
    return views.compare(handle, (), pinned.pinned, whole=whole).view


def test_a_pinned_tensor_stays_as_it_was() -> None:
    tensor = torch.tensor([1.0, 2.0])
    views, handle = looking_at(TensorValue(tensor))
    pinned = views.pin(handle, ())
    assert isinstance(pinned, ValuePinned)
    assert pinned.copied
    tensor[1] = 4.0

    answer = views.look(pinned.pinned, Window())
    found = views.compare(handle, (), pinned.pinned).view

    assert isinstance(answer, TensorInspected)
    assert answer.view.elements == ((1.0, 2.0),)
    assert (found.largest, found.place, found.relative) == (2.0, (1,), 0.5)
    assert (found.mean, found.different, found.problem) == (1.0, 1, "")
    assert found.cosine == pytest.approx(9 / math.sqrt(17 * 5))


def test_a_value_that_is_no_tensor_is_pinned_itself() -> None:
    views, handle = looking_at(LispList([1]))
    pinned = views.pin(handle, ())

    assert isinstance(pinned, ValuePinned)
    assert not pinned.copied
    found = views.compare(handle, (), pinned.pinned).view
    assert found.problem == "Both are the same object: what it was before is gone."
    assert isinstance(views.pin(handle, (9,)), ValueInspected)


@pytest.mark.parametrize(
    ("changed", "first", "problem"),
    [
        (torch.zeros(2), torch.zeros(3), "The shapes differ."),
        (torch.zeros(0), torch.zeros(0), "There are no elements."),
        (torch.tensor([math.nan]), torch.zeros(1), "No element is finite in both."),
        (torch.zeros(1, dtype=torch.complex64), torch.zeros(1), "Only real numbers are compared."),
    ],
)
def test_what_can_not_be_compared_says_why(changed, first, problem) -> None:
    assert compared(changed, first).problem == problem


def test_elements_that_are_not_finite_are_left_out_of_a_comparison() -> None:
    found = compared(torch.tensor([1.0, math.nan]), torch.tensor([1.0, 5.0]))

    assert (found.largest, found.unlike, found.cosine) == (0.0, 1, 1.0)


@pytest.mark.parametrize("dtypes", [(torch.int64, torch.float32), (torch.bool, torch.bfloat16)])
def test_tensors_of_two_element_types_compare(dtypes: tuple[torch.dtype, torch.dtype]) -> None:
    left, right = (torch.tensor([0, 1]).to(dtype) for dtype in dtypes)

    assert compared(left, right).largest == 0.0


def test_a_scalar_compares() -> None:
    assert compared(torch.tensor(3.0), torch.tensor(1.0)).largest == 2.0


def test_large_tensors_are_compared_by_the_same_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_statistics, "LARGEST_WHOLE", 1000)
    numbers = torch.arange(10_000.0).reshape(100, 100)

    found = compared(numbers.t().contiguous().t(), numbers)

    assert found.sampled is not None
    assert found.sampled <= 1000
    assert found.largest == 0.0


def test_all_elements_are_compared_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_statistics, "LARGEST_WHOLE", 1000)
    monkeypatch.setattr(tensor_statistics, "PIECE", 64)
    first = torch.rand(100, 101)
    changed = first.t().contiguous().t()
    changed[50, 1] += 0.5
    changed[99, 100] = math.nan

    found = compared(changed, first, whole=True)

    assert (found.place, found.different, found.unlike, found.sampled) == ((50, 1), 1, 1, None)
    assert found.largest == pytest.approx(0.5)
    assert found.cosine == pytest.approx(1.0, abs=1e-3)
