"""Values as bounded text, tensors as numbers about them."""

from __future__ import annotations

import pytest
import torch

from lispe_core.dictionaries import Dictionary
from lispe_core.foreign import Container
from lispe_core.forms import EMPTY, LispList, Symbol, Value
from lispe_core.printer import display
from lispe_core.typed_lists import Integers
from workbench.runtime import tensor_views
from workbench.runtime.protocol import TensorInspected, ValueInspected, ValueView, Window
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.tensor_views import fitted, statistics, tensor_view
from workbench.runtime.views import KEPT_RESULTS, Views, bounded_text


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        2.5,
        "text",
        LispList([1, "a", LispList([Symbol("quote"), Symbol("b")])]),
        LispList([Symbol("quote"), LispList([1])]),
        Integers([1, 2, 3]),
        Dictionary.of([("a", LispList([1])), ("b", Dictionary())]),
        LispList(),
    ],
)
def test_a_short_value_prints_as_ever(value: Value) -> None:
    assert bounded_text(value, 1000) == (display(value), False)


def test_a_long_value_is_read_only_as_far_as_it_is_shown() -> None:
    class Counting(LispList):
        visited = 0

        def __iter__(self):
            for element in super().__iter__():
                Counting.visited += 1
                yield element

    text, cut = bounded_text(Counting(range(100_000)), 50)

    assert cut
    assert text == display(LispList(range(100)))[:50]
    assert Counting.visited < 100


def test_a_long_text_is_cut() -> None:
    assert bounded_text("x" * 100, 10) == ("x" * 10, True)
    assert bounded_text(LispList(["x" * 100]), 10) == ('("xxxxxxxx', True)


def test_a_list_that_holds_itself_ends() -> None:
    endless = LispList([1])
    endless.append(endless)

    assert bounded_text(endless, 100) == ("(1 ...)", False)


def test_deep_nesting_ends() -> None:
    value = LispList()
    for _ in range(10_000):
        value = LispList([value])

    assert "..." in bounded_text(value, 1000)[0]


def test_a_value_that_fails_to_print_is_still_shown() -> None:
    class Broken(Container):
        def display(self) -> str:
            raise LookupError

    program = {"broken": Broken()}
    (view,) = Views(lambda: program).variables()

    assert view.text == "(LookupError while printing) …"


def test_old_results_are_let_go() -> None:
    views = Views(dict)
    handles = []
    for number in range(KEPT_RESULTS + 1):
        view = views.result(number)
        assert view is not None
        handles.append(view.handle)

    assert views.look(handles[0], Window()) == ValueInspected(ValueView("", "", handles[0]))
    assert views.look(handles[1], Window()) == ValueInspected(
        ValueView("integer_", "1", handles[1])
    )


def test_what_prints_as_nothing_has_no_view() -> None:
    assert Views(dict).result(EMPTY) is None


def test_variables_are_one_line_each_and_keep_their_handles() -> None:
    program: dict[str, Value] = {"b": "two\nlines", "a": TensorValue(torch.zeros(2, 3))}
    views = Views(lambda: program)
    first, second = views.variables()

    assert (first.name, first.text, first.is_tensor) == ("a", "float32 (2 3) cpu", True)
    assert (second.name, second.text, second.kind) == ("b", "two lines", "string_")
    assert views.variables()[0].handle == first.handle
    assert isinstance(views.look(first.handle, Window()), TensorInspected)
    del program["b"]
    assert views.look(second.handle, Window()) == ValueInspected(ValueView("", "", second.handle))


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
    monkeypatch.setattr(tensor_views, "LARGEST_WHOLE", 1000)
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
