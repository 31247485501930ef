"""Windows into tensors, and the statistics of their elements."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from lispe_core.errors import LispError
from lispe_core.forms import LispList
from tests.workbench.runtime.looking import looking_at
from workbench.runtime import tensor_statistics
from workbench.runtime.protocol import TensorInspected, Window
from workbench.runtime.tensor_statistics import exact_statistics, statistics
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.tensor_views import fitted, tensor_view


@pytest.mark.parametrize(
    ("shape", "elements"),
    [
        ((), ((0.0,),)),
        ((3,), ((0.0, 1.0, 2.0),)),
        ((2, 2), ((0.0, 1.0), (2.0, 3.0))),
        ((2, 2, 2), ((4.0, 5.0), (6.0, 7.0))),
        ((0, 3), ()),
    ],
)
def test_a_window_shows_the_last_two_dimensions(shape, elements) -> None:
    tensor = torch.arange(float(torch.Size(shape).numel())).reshape(shape)

    assert tensor_view(tensor, 1, Window(leading=(1,))).elements == elements


def test_a_window_is_moved_into_the_tensor() -> None:
    assert fitted(Window((9, 9, 9), 100, 5, 7, 40), (4, 3, 6, 8)) == Window((3, 2), 5, 1, 7, 1)
    assert fitted(Window(), (4, 3, 6, 8)).leading == (0, 0)


def test_statistics_leave_out_what_is_not_finite() -> None:
    found = statistics(torch.tensor([1.0, 2.0, 3.0, float("nan"), float("inf"), -float("inf")]))

    assert found is not None
    assert (found.minimum, found.maximum, found.mean) == (1.0, 3.0, 2.0)
    assert found.deviation == pytest.approx((2 / 3) ** 0.5)
    assert (found.nans, found.infinities, sum(found.histogram)) == (1, 2, 3)
    assert found.sampled is None


@pytest.mark.parametrize(
    "tensor",
    [torch.tensor([]), torch.tensor([float("nan")]), torch.zeros(2, dtype=torch.complex64)],
)
def test_nothing_finite_has_no_statistics(tensor: torch.Tensor) -> None:
    assert statistics(tensor) is None


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float16, torch.bfloat16])
def test_every_element_type_has_statistics(dtype: torch.dtype) -> None:
    found = statistics(torch.tensor([0, 1, 1, 1]).to(dtype))

    assert found is not None
    assert (found.minimum, found.maximum, found.mean) == (0.0, 1.0, 0.75)


@pytest.mark.parametrize("transposed", [False, True])
def test_a_large_tensor_is_sampled_over_all_columns(
    transposed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensor_statistics, "LARGEST_WHOLE", 1000)
    columns = torch.arange(100.0).expand(100, 100)
    tensor = columns.t() if transposed else columns.contiguous()

    found = statistics(tensor)

    assert found is not None
    assert found.sampled is not None
    assert found.sampled <= 1000
    assert (found.minimum, found.maximum) == (0.0, 99.0)
    assert found.mean == pytest.approx(49.5, abs=1)


def test_statistics_follow_changes_in_place() -> None:
    tensor = torch.zeros(3)
    before = tensor_view(tensor, 1, Window()).statistics
    tensor[0] = 5
    after = tensor_view(tensor, 1, Window()).statistics

    assert before is not None
    assert after is not None
    assert (before.maximum, after.maximum) == (0.0, 5.0)


def test_looking_leaves_random_numbers_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    tensor_view(torch.zeros(1001, 1000), 1, Window())

    assert torch.equal(torch.rand(3), expected)


LAYOUTS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "contiguous": lambda tensor: tensor.clone(),
    "transposed": lambda tensor: tensor.t().contiguous().t(),
    "strided": lambda tensor: torch.stack([tensor, tensor], -1)[..., 0],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_elements_are_looked_at_on_demand(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_statistics, "PIECE", 64)
    numbers = LAYOUTS[layout](torch.randn(30, 50, generator=torch.Generator().manual_seed(3)))
    numbers[7, 9], numbers[8, 0], numbers[29, 49] = math.nan, math.inf, -math.inf

    found, expected = exact_statistics(numbers), statistics(numbers)

    assert found is not None
    assert expected is not None
    assert (found.nans, found.infinities, found.sampled) == (1, 2, None)
    assert (found.minimum, found.maximum) == (expected.minimum, expected.maximum)
    assert found.mean == pytest.approx(expected.mean)
    assert found.deviation == pytest.approx(expected.deviation)
    assert found.histogram == expected.histogram


def test_what_a_sample_misses_is_found_among_all_elements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tensor_statistics, "LARGEST_WHOLE", 1000)
    numbers = torch.zeros(100, 101)
    numbers.view(-1)[1] = 5.0
    views, handle = looking_at(TensorValue(numbers))

    sampled = views.look(handle, Window())
    measured = views.measure(handle, ())
    again = views.look(handle, Window())
    numbers[0, 0] = 1.0
    changed = views.look(handle, Window())

    assert isinstance(sampled, TensorInspected)
    assert isinstance(again, TensorInspected)
    assert isinstance(changed, TensorInspected)
    assert sampled.view.statistics is not None
    assert (sampled.view.statistics.maximum, sampled.view.statistics.sampled) == (0.0, 919)
    assert measured.statistics is not None
    assert (measured.statistics.maximum, measured.statistics.sampled) == (5.0, None)
    assert again.view.statistics == measured.statistics
    assert changed.view.statistics is not None
    assert changed.view.statistics.sampled


def test_quantized_numbers_keep_what_is_known_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch_lib.quantized_tensors import quantize_linear
    from workbench.runtime.quantized_value import QuantizedValue

    monkeypatch.setattr(tensor_statistics, "LARGEST_WHOLE", 1000)
    quantized = quantize_linear(torch.rand(60, 60), 0.1, 0)
    views, handle = looking_at(QuantizedValue(quantized))

    measured = views.measure(handle, ())
    again = views.look(handle, Window())

    assert isinstance(again, TensorInspected)
    assert again.view.statistics == measured.statistics


def test_quantized_numbers_are_told_to_be_such() -> None:
    from torch_lib.quantized_tensors import quantize_linear
    from workbench.runtime.quantized_value import QuantizedValue

    views, handle = looking_at(QuantizedValue(quantize_linear(torch.rand(2, 3), 0.1, 0)))
    looked = views.look(handle, Window())

    assert isinstance(looked, TensorInspected)
    assert looked.view.dtype == "quantized int8"
    assert views.variables()[0].text == "quantized int8 (2 3) cpu"


def test_only_a_tensor_that_is_there_is_measured() -> None:
    views, handle = looking_at(LispList([1]))

    with pytest.raises(LispError, match="only a tensor"):
        views.measure(handle, ())
    with pytest.raises(LispError, match="no longer there"):
        views.measure(handle, (3,))
