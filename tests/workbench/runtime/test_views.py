"""Values as bounded text, tensors as numbers about them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from time import perf_counter

import pytest
import torch
from torch import nn

from lispe_core.dictionaries import filled
from lispe_core.errors import LispError
from lispe_core.foreign import Container
from lispe_core.forms import EMPTY, LispList, Symbol, Value
from lispe_core.interpreter import Interpreter
from lispe_core.linked_lists import LinkedList
from lispe_core.printer import display
from lispe_core.sets import LispSet
from lispe_core.streams import Stream
from lispe_core.typed_lists import Integers
from workbench.runtime import tensor_statistics
from workbench.runtime.error_views import error_view
from workbench.runtime.protocol import (
    GRADIENT,
    ComparisonView,
    EntriesView,
    TensorInspected,
    TensorView,
    Trail,
    ValueInspected,
    ValuePinned,
    ValueView,
    Window,
)
from workbench.runtime.tensor_statistics import exact_statistics, statistics
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.tensor_views import fitted, tensor_view
from workbench.runtime.torch_object import TorchObject
from workbench.runtime.views import KEPT_RESULTS, Views, bounded_text, line_of

START = Window()


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
        filled(dict, [("a", LispList([1])), ("b", {})]),
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


def test_a_result_that_is_looked_at_again_and_again_is_kept() -> None:
    views = Views(dict)
    first = views.result("seen")
    assert first is not None
    for number in range(2 * KEPT_RESULTS):
        views.result(number)
        answer = views.look(first.handle, Window())

    assert isinstance(answer, ValueInspected)
    assert answer.view.text == "seen"


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


def looking_at(value: Value) -> tuple[Views, int]:
    """Views of a program with one variable, and the handle of that."""
    views = Views(lambda: {"value": value})
    return views, views.variables()[0].handle


def value_at(value: Value, *trail: str | float, window: Window = START) -> ValueView:
    views, handle = looking_at(value)
    answer = views.look(handle, window, trail)
    assert isinstance(answer, ValueInspected)
    return answer.view


def entries_at(value: Value, *trail: str | float, window: Window = START) -> EntriesView:
    entries = value_at(value, *trail, window=window).entries
    assert entries is not None
    return entries


def tensor_at(value: Value, *trail: str | float) -> TensorView:
    views, handle = looking_at(value)
    answer = views.look(handle, Window(), trail)
    assert isinstance(answer, TensorInspected)
    return answer.view


@pytest.mark.parametrize(
    ("value", "steps", "texts"),
    [
        (LispList(["a", LispList([1, 2])]), [0, 1], ["a", "(1 2)"]),
        (Integers([7, 8]), [0, 1], ["7", "8"]),
        (filled(dict, [("k", 1), ("l", None)]), ["k", "l"], ["1", "nil"]),
        (LispSet([3]), [0], ["3"]),
        (LinkedList([4, 5]), [0, 1], ["4", "5"]),
        (TorchObject({"w": torch.zeros(2)}), ["w"], ["float32 (2) cpu"]),
        (LispList([TensorValue(torch.zeros(3))]), [0], ["float32 (3) cpu"]),
    ],
)
def test_parts_are_told_in_one_line_each(value, steps, texts) -> None:
    found = entries_at(value)

    assert [entry.step for entry in found.entries] == steps
    assert [entry.text for entry in found.entries] == texts
    assert found.count == len(steps)


def test_parts_of_parts_are_reached_by_their_trail() -> None:
    tensor = TensorValue(torch.ones(2, 2))
    value = filled(dict, [("rows", LispList([1, filled(dict, [("x", tensor)])]))])

    assert value_at(value, "rows", 0).text == "1"
    assert tensor_at(value, "rows", 1, "x").trail == ("rows", 1, "x")
    assert [e.opens for e in entries_at(value, "rows").entries] == [False, True]


@pytest.mark.parametrize("trail", [("rows",), (5,), ("gradient",), (0, 0), (0, "x")])
def test_a_part_that_is_gone_has_no_kind(trail: Trail) -> None:
    assert value_at(LispList([1]), *trail).kind == ""


@pytest.mark.parametrize("value", [LispList(range(100_000)), {str(n): n for n in range(100_000)}])
def test_a_page_of_many_parts_is_there_at_once(value: Value) -> None:
    views, handle = looking_at(value)

    began = perf_counter()
    answer = views.look(handle, Window(row=99_990, rows=50))
    spent = perf_counter() - began

    assert isinstance(answer, ValueInspected)
    assert answer.view.entries is not None
    assert answer.view.entries.count == 100_000
    assert [entry.text for entry in answer.view.entries.entries][-1] == "99999"
    assert spent < 0.2


def test_a_module_tells_its_parts_and_what_they_hold() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.LayerNorm(3)))
    model[0].requires_grad_(False)
    found = entries_at(TorchObject(model))
    first, second = found.entries

    assert found.module is not None
    assert (found.module.parameters, found.module.trainable) == (21, 6)
    assert (found.module.size, found.module.marks) == (84, ("part frozen",))
    assert (first.label, first.kind, first.opens) == ("0", "Linear", True)
    assert first.module is not None
    assert (first.module.output, first.module.marks) == ("→3", ("frozen",))
    assert second.module is not None
    assert second.module.marks == ()
    weight = entries_at(TorchObject(model), "0").entries[0]
    assert weight.module is not None
    assert (weight.label, weight.module.output, weight.opens) == ("weight", "(3 4)", False)
    assert tensor_at(TorchObject(model), "0", "weight").shape == (3, 4)


def test_adapters_and_quantized_layers_are_marked() -> None:
    from torch_lib.lora import LoRAConfig, lora_apply
    from torch_lib.quantization import model_quantize

    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU())
    quantized = entries_at(TorchObject(model_quantize(model, "int8")))
    adapted = entries_at(TorchObject(lora_apply(model, LoRAConfig(2, 4.0, ("0",)))))

    assert quantized.module is not None
    assert adapted.module is not None
    assert quantized.module.marks == ("int8", "frozen")
    assert (quantized.module.parameters, quantized.module.trainable) == (72, 0)
    assert adapted.module.marks == ("LoRA", "part frozen")
    assert adapted.entries[1].module is not None
    assert adapted.entries[1].module.marks == ()


def test_shared_weights_count_once() -> None:
    shared = nn.Linear(4, 4, bias=False)
    found = entries_at(TorchObject(nn.Sequential(shared, nn.Sequential(shared))))

    assert found.module is not None
    assert (found.module.parameters, found.module.size) == (16, 64)


def test_a_gradient_is_looked_at_as_a_part() -> None:
    tensor = torch.ones(2, requires_grad=True)
    assert not tensor_at(TensorValue(tensor)).has_gradient
    tensor.grad = torch.full((2,), 3.0)

    assert tensor_at(TensorValue(tensor)).has_gradient
    assert tensor_at(TensorValue(tensor), GRADIENT).elements == ((3.0, 3.0),)


def compared(changed: torch.Tensor, first: torch.Tensor) -> ComparisonView:
    program: dict[str, Value] = {"value": TensorValue(first)}
    views = Views(lambda: program)
    handle = views.variables()[0].handle
    pinned = views.pin(handle, ())
    assert isinstance(pinned, ValuePinned)
    program["value"] = TensorValue(changed)
    return views.compare(handle, (), pinned.pinned).view


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


def test_elements_that_a_program_makes_are_made_for_results_alone() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        made.append(1)
        return iter([1, 2])

    stream = Stream(make, computed=True)
    views = Views(lambda: {"s": LispList([stream])})

    (variable,) = views.variables()
    assert (variable.text, made) == ("((...))", [])

    result = views.result(stream)
    assert result is not None
    assert (result.text, made) == ("(1 2)", [1])


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


def test_all_elements_are_compared_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_statistics, "LARGEST_WHOLE", 1000)
    monkeypatch.setattr(tensor_statistics, "PIECE", 64)
    first = torch.rand(100, 101)
    changed = first.t().contiguous().t()
    changed[50, 1] += 0.5
    changed[99, 100] = math.nan
    program: dict[str, Value] = {"value": TensorValue(first)}
    views = Views(lambda: program)
    handle = views.variables()[0].handle
    pinned = views.pin(handle, ())
    assert isinstance(pinned, ValuePinned)
    program["value"] = TensorValue(changed)

    found = views.compare(handle, (), pinned.pinned, whole=True).view

    assert (found.place, found.different, found.unlike, found.sampled) == ((50, 1), 1, 1, None)
    assert found.largest == pytest.approx(0.5)
    assert found.cosine == pytest.approx(1.0, abs=1e-3)


def test_an_error_tells_the_variables_of_its_calls() -> None:
    """Each on one bounded line, also when a value is endless or large."""
    interpreter = Interpreter()
    with pytest.raises(LispError) as failed:
        interpreter.evaluate(
            "(defun f (x) (setq l (iota 1000)) (setq n (irange 1 1)) (/ x 0)) (f 3)"
        )

    view = error_view(failed.value, interpreter.source, line_of)

    held = dict(view.frames[0].held)
    assert held["x"] == "3"
    assert len(held["l"]) < 300
    assert held["l"].startswith("(1 2 3")
    assert held["n"]
    assert error_view(failed.value, interpreter.source).frames[0].held == ()
