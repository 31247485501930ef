"""Models and containers are compared tensor by tensor."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from lispe_core.forms import LispList, Value
from torch_lib.attention_scores import attention_maps
from torch_lib.transformer import transformer_block
from workbench.runtime import comparisons
from workbench.runtime.protocol import ComparisonView, Trail, ValuePinned
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.torch_object import to_lisp
from workbench.runtime.views import Views


def wholes_compared(
    value: Value, reference: Value, trail: Trail = (), *, whole: bool = False
) -> ComparisonView:
    """How ``value``, or a part of it, differs from the whole of ``reference``."""
    program = {"a": value, "b": reference}
    views = Views(lambda: program)
    first, second = views.variables()
    pinned = views.pin(second.handle, ())
    assert isinstance(pinned, ValuePinned)
    return views.compare(first.handle, trail, pinned.pinned, whole=whole).view


def model_and_changed() -> tuple[nn.Sequential, nn.Sequential]:
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    changed = copy.deepcopy(model)
    with torch.no_grad():
        changed.get_parameter("0.weight")[1, 2] += 0.5
    return model, changed


def test_two_models_are_compared_tensor_by_tensor() -> None:
    """Buffers too, under the names of a state dict: one is compared with a model like another."""
    model, changed = model_and_changed()
    names = list(model.state_dict())

    for reference in (model, model.state_dict(), dict(model.state_dict())):
        found = wholes_compared(to_lisp(changed), to_lisp(reference))

        assert [part.name for part in found.parts] == names
        differ = [(part.name, round(part.largest, 6)) for part in found.parts if part.largest]
        assert differ == [("0.weight", 0.5)]
        assert (found.largest, found.problem, found.sampled) == (pytest.approx(0.5), "", None)


def test_models_of_other_layers_and_shapes_are_compared_as_far_as_they_go() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2, bias=False))
    other = nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 2))

    found = wholes_compared(to_lisp(model), to_lisp(other))

    parts = {part.name: part for part in found.parts}
    assert parts["0.weight"].problem == "The shapes differ."
    assert (parts["0.weight"].shape, parts["0.weight"].other_shape) == ((2, 3), (2, 4))
    assert (parts["1.bias"].shape, parts["1.bias"].other_shape) == (None, (2,))
    assert parts["1.weight"].largest > 0


def test_containers_of_tensors_are_compared_however_deep() -> None:
    def holding(number: float) -> Value:
        inner = {"b": TensorValue(torch.full((2,), number)), "c": 5}
        return LispList([LispList([1, inner]), TensorValue(torch.zeros(1))])

    found = wholes_compared(holding(1.0), holding(3.0))

    assert [(part.name, part.largest) for part in found.parts] == [("0.1.b", 2.0), ("1", 0.0)]


def test_what_is_computed_when_it_is_read_is_compared_by_its_elements() -> None:
    def maps(scale: float) -> Value:
        torch.manual_seed(0)
        block = transformer_block(8, 2, 16)
        return to_lisp(attention_maps(block, scale * torch.randn(1, 3, 8)))

    (part,) = wholes_compared(maps(1.0), maps(2.0)).parts

    assert part.largest > 0


def test_a_part_is_compared_with_the_same_part_of_the_other_model() -> None:
    model, changed = model_and_changed()

    found = wholes_compared(to_lisp(changed), to_lisp(model), ("0", "weight"))

    assert (found.place, found.counterpart) == ((1, 2), ("0", "weight"))
    layer = wholes_compared(to_lisp(changed), to_lisp(model[0]), ("0",))
    assert layer.counterpart == ()
    assert [part.name for part in layer.parts] == ["weight", "bias"]


def test_samples_of_many_tensors_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparisons, "LARGEST_TOGETHER", 100)
    monkeypatch.setattr(comparisons, "LEAST_SAMPLE", 10)
    model = nn.Sequential(*(nn.Linear(20, 20, bias=False) for _ in range(5)))
    changed = copy.deepcopy(model)
    with torch.no_grad():
        changed.get_parameter("4.weight")[3, 3] += 1

    found = wholes_compared(to_lisp(changed), to_lisp(model))
    assert found.sampled is not None
    assert 50 <= found.sampled <= 100

    found = wholes_compared(to_lisp(changed), to_lisp(model), whole=True)
    assert found.sampled is None
    assert found.parts[4].largest == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("value", "reference", "problem"),
    [
        (LispList([1]), LispList([1]), "There are no tensors to compare."),
        (5, "text", "There are no tensors to compare."),
        (TensorValue(torch.zeros(1)), LispList([1]), "A tensor is compared with tensors"),
    ],
)
def test_what_holds_no_tensors_is_not_compared(
    value: Value, reference: Value, problem: str
) -> None:
    assert wholes_compared(value, reference).problem.startswith(problem)


def test_a_list_that_holds_itself_is_compared() -> None:
    def knot(number: float) -> Value:
        knotted = LispList([TensorValue(torch.tensor([number]))])
        knotted.extend([knotted, knotted])
        return knotted

    (part,) = wholes_compared(knot(1.0), knot(2.0)).parts

    assert (part.name, part.largest) == ("0", 1.0)
