"""Containers and modules, part by part."""

from __future__ import annotations

from time import perf_counter

import pytest
import torch
from torch import nn

from lispe_core.dictionaries import filled
from lispe_core.forms import LispList, Value
from lispe_core.linked_lists import LinkedList
from lispe_core.sets import LispSet
from lispe_core.typed_lists import Integers
from tests.workbench.runtime.looking import entries_at, looking_at, tensor_at, value_at
from torch_lib.decoder import llama_model
from torch_lib.inference_layers import for_inference
from torch_lib.lora import LoRAConfig, lora_apply
from torch_lib.quantization import model_quantize
from workbench.runtime.protocol import GRADIENT, Trail, ValueInspected, Window
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.torch_object import TorchObject


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


@pytest.mark.parametrize("scheme", ["packed", "int8", "int4"])
def test_weights_that_are_no_parameters_count(scheme: str) -> None:
    """Rounded or packed, a model has as many numbers as before."""
    sizes = {"vocab_size": 64, "hidden_size": 64, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "intermediate_size": 64})
    whole = entries_at(TorchObject(model)).module
    assert whole is not None

    for made in (for_inference(model, scheme), model_quantize(model, scheme)):
        found = entries_at(TorchObject(made)).module
        assert found is not None
        assert (found.parameters, found.trainable) == (whole.parameters, 0)


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
