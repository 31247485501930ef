"""TorchScript files, written here by PyTorch itself."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from torch_lib.checkpoints import load_model
from torch_lib.errors import ArgumentError, CheckpointError, DeviceError, FileMissing, ShapeError
from torch_lib.layers import forward
from torch_lib.lora import lora_linear
from torch_lib.networks import model as mlp
from torch_lib.torchscript import (
    TorchScriptModel,
    jit_load,
    jit_model_forward,
    jit_model_forward_with_lora,
    jit_model_get_buffer,
    jit_model_get_intermediate_states,
    jit_model_get_tensor,
    jit_model_get_tensor_shape,
    jit_model_info,
    jit_model_list_buffers,
    jit_model_list_methods,
    jit_model_list_parameter_names,
    jit_model_list_tensor_names,
    jit_model_register_lora_hook,
    jit_model_to_best_device,
    jit_model_to_device,
    jit_model_to_mps,
    jit_model_update_weight,
    jit_save,
    jit_unload,
)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(4, 4)
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.act(self.lin(x)) + x
        return y


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Block(), Block()])
        self.head = nn.Linear(4, 2)
        self.register_buffer("seen", torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        y: Tensor = self.head(x)
        return y


@pytest.fixture
def net() -> Net:
    return Net().eval()


@pytest.fixture(params=["script", "trace"])
def model(request: pytest.FixtureRequest, net: Net, tmp_path: Path) -> TorchScriptModel:
    with warnings.catch_warnings(action="ignore"):
        make: Any = torch.jit.script if request.param == "script" else torch.jit.trace
        scripted = make(net) if request.param == "script" else make(net, torch.ones(3, 4))
        torch.jit.save(scripted, str(tmp_path / "net.ts"))
    return jit_load(str(tmp_path / "net.ts"))


X = torch.linspace(-1, 1, 12).reshape(3, 4)


def test_a_file_runs(model: TorchScriptModel, net: Net) -> None:
    with torch.no_grad():
        torch.testing.assert_close(jit_model_forward(model, X), net(X))
        torch.testing.assert_close(forward(model, X), net(X))
    assert model.summary() == "TorchScript Model (Net, parameters=50)"


def test_what_a_model_holds(model: TorchScriptModel, net: Net) -> None:
    names = [name for name, _ in net.named_parameters()]

    assert sorted(jit_model_list_parameter_names(model)) == sorted(names)
    assert jit_model_list_buffers(model) == ["seen"]
    assert sorted(jit_model_list_tensor_names(model)) == sorted([*names, "seen"])
    assert jit_model_list_methods(model) == ["forward"]
    assert torch.equal(jit_model_get_buffer(model, "seen"), net.get_buffer("seen"))
    assert torch.equal(jit_model_get_tensor(model, "head.weight"), net.head.weight)
    assert jit_model_get_tensor_shape(model, "head.weight") == (2, 4)
    info = jit_model_info(model)
    assert (info["parameters"], info["buffers"], info["device"]) == (50, 1, "cpu")
    with pytest.raises(ArgumentError, match='the model has no tensor "tail"'):
        jit_model_get_tensor(model, "tail")
    with pytest.raises(ArgumentError, match=r'the model has no buffer "head\.weight"'):
        jit_model_get_buffer(model, "head.weight")


def test_a_weight_changes(model: TorchScriptModel) -> None:
    jit_model_update_weight(model, "head.weight", torch.zeros(2, 4))

    bias = jit_model_get_tensor(model, "head.bias")
    torch.testing.assert_close(jit_model_forward(model, X), bias.expand(3, 2))
    with pytest.raises(ShapeError, match=r"the weight is \(3\), head.weight is \(2 4\)"):
        jit_model_update_weight(model, "head.weight", torch.zeros(3))


def test_an_adapter_counts_only_when_asked_for(model: TorchScriptModel, net: Net) -> None:
    with pytest.raises(ArgumentError, match="no adapter is registered"):
        jit_model_forward_with_lora(model, X)
    adapter = lora_linear(4, 4, 2, 4)
    nn.init.normal_(adapter.lora_B)

    jit_model_register_lora_hook(model, "layers.0.lin", adapter)

    plain = jit_model_forward(model, X)
    adapted = jit_model_forward_with_lora(model, X)
    torch.testing.assert_close(jit_model_forward(model, X), plain, rtol=0, atol=0)
    with torch.no_grad():
        net.get_parameter("layers.0.lin.weight").add_(adapter.delta())
        torch.testing.assert_close(adapted, net(X))
    with pytest.raises(ShapeError, match=r"adapter is \(4 4\), the weights of head are \(2 4\)"):
        jit_model_register_lora_hook(model, "head", adapter)
    with pytest.raises(ArgumentError, match=r'no tensor "tail\.weight"'):
        jit_model_register_lora_hook(model, "tail", adapter)


def test_states_on_the_way(model: TorchScriptModel, net: Net) -> None:
    states: dict[str, Tensor] = {}
    for path in ("layers.0", "layers.1", "layers.1.act", "head"):
        net.get_submodule(path).register_forward_hook(
            lambda module, inputs, output, path=path: states.__setitem__(path, output)
        )
    with torch.no_grad():
        net(X)

    found = jit_model_get_intermediate_states(model, X, list(states))

    for given, expected in zip(found, states.values(), strict=True):
        torch.testing.assert_close(given, expected)
    with pytest.raises(ArgumentError, match=r"the program calls no layer layers\.0\.tail"):
        jit_model_get_intermediate_states(model, X, ["layers.0.tail"])


def test_a_model_of_ours_can_be_written(tmp_path: Path) -> None:
    ours = mlp(4, 8, 2)

    jit_save(ours, X, str(tmp_path / "ours.ts"))

    torch.testing.assert_close(
        jit_model_forward(jit_load(str(tmp_path / "ours.ts")), X), forward(ours, X)
    )
    with pytest.raises(ArgumentError, match="the model cannot be traced"):
        jit_save(ours, torch.ones(3, 5), str(tmp_path / "ours.ts"))


def test_devices(model: TorchScriptModel) -> None:
    assert jit_model_to_device(model) is model
    assert jit_model_to_best_device(model) is model
    if not torch.backends.mps.is_available():
        with pytest.raises(DeviceError):
            jit_model_to_mps(model)


def test_an_unloaded_model_is_refused(model: TorchScriptModel) -> None:
    assert jit_unload(model) is True

    with pytest.raises(ArgumentError, match="the model has been unloaded"):
        jit_model_forward(model, X)
    assert model.summary() == "TorchScript Model (unloaded)"


def test_an_input_that_does_not_fit_is_refused(model: TorchScriptModel) -> None:
    with pytest.raises((ArgumentError, RuntimeError), match="shapes cannot be multiplied"):
        jit_model_forward(model, torch.ones(3, 5))


def test_other_files_are_refused(model: TorchScriptModel, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="file not found"):
        jit_load(str(tmp_path / "nowhere"))
    torch.save(mlp(2, 2, 2).state_dict(), tmp_path / "weights.pt")
    with pytest.raises(CheckpointError, match="is no TorchScript file"):
        jit_load(str(tmp_path / "weights.pt"))
    with pytest.raises(CheckpointError, match="is a TorchScript archive, for torch_jit_load"):
        load_model(str(tmp_path / "net.ts"))
    whole = (tmp_path / "net.ts").read_bytes()
    (tmp_path / "net.ts").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="is no TorchScript file"):
        jit_load(str(tmp_path / "net.ts"))
