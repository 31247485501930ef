"""TorchScript: models in files of older PyTorch programs.

PyTorch has deprecated the format for ``torch.export``; files of it are still read here. Such a file
holds a program of its own, in a language that knows tensors but neither files nor Python; it runs
when the model does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.archives import is_torchscript
from torch_lib.atomic_files import replacing
from torch_lib.devices import get_best_device, to_device, usable_device
from torch_lib.display import shape_text
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing, ShapeError
from torch_lib.lora_linear import LoRALinear
from torch_lib.modules import evaluating, parameter_count
from torch_lib.placement import follow
from torch_lib.quiet import quietly
from torch_lib.reading import making_sense_of

__all__ = [
    "TorchScriptModel",
    "jit_load",
    "jit_model_forward",
    "jit_model_forward_with_lora",
    "jit_model_get_buffer",
    "jit_model_get_intermediate_states",
    "jit_model_get_tensor",
    "jit_model_get_tensor_shape",
    "jit_model_info",
    "jit_model_list_buffers",
    "jit_model_list_methods",
    "jit_model_list_parameter_names",
    "jit_model_list_tensor_names",
    "jit_model_register_lora_hook",
    "jit_model_to_best_device",
    "jit_model_to_device",
    "jit_model_to_mps",
    "jit_model_update_weight",
    "jit_save",
    "jit_unload",
]


class TorchScriptModel(nn.Module):
    """A model from a TorchScript file.

    Attributes:
        script: The model itself, None once it is unloaded.
        adapters: What ``jit_model_forward_with_lora`` adds to the weights of layers, by path.
    """

    takes_ids = True

    def __init__(self, script: Any, name: str) -> None:
        super().__init__()
        self.script = script
        self.name = name
        self.adapters: dict[str, LoRALinear] = {}

    def forward(self, input: Tensor) -> Tensor:
        """Run the program on an input.

        Raises:
            ArgumentError: The program fails on it, or gives something else than a tensor.
        """
        try:
            output = loaded(self)(input)
        except torch.jit.Error as error:
            reason = str(error).strip().rpartition("\n")[2]
            raise ArgumentError(f"the program fails: {reason}") from error
        if not isinstance(output, Tensor):
            raise ArgumentError(f"the program gives a {type(output).__name__}, not a tensor")
        return output

    def summary(self) -> str:
        """The printed line."""
        if self.script is None:
            return "TorchScript Model (unloaded)"
        return f"TorchScript Model ({self.name}, parameters={parameter_count(self)})"


def loaded(model: TorchScriptModel) -> Any:
    """The script of a model.

    Raises:
        ArgumentError: It has been unloaded.
    """
    if model.script is None:
        raise ArgumentError("the model has been unloaded")
    return model.script


def jit_load(path: str, device: str = "cpu") -> TorchScriptModel:
    """The model of a TorchScript file, in evaluation mode.

    Args:
        path: The file.
        device: Where to put it.

    Raises:
        CheckpointError: It is no such file.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (torch_jit_load "model.ts")
        ; => TorchScript Model (MultilayerPerceptron, parameters=58)
    """
    if not Path(path).exists():
        raise FileMissing(f"file not found: {path}")
    where = usable_device(device)
    if not is_torchscript(path):
        raise CheckpointError(f"{path} is no TorchScript file")
    with making_sense_of(path), quietly():
        load: Any = torch.jit.load
        script = load(path, map_location=where).eval()
    return TorchScriptModel(script, script.original_name)


def jit_save(model: nn.Module, example: Tensor, path: str) -> str:
    """Write a model for older programs, as it works in evaluation; ``export`` is for newer ones.

    Args:
        model: Any module.
        example: An input; the operations that it meets are what the file holds.
        path: The file.

    Raises:
        ArgumentError: The model cannot be traced.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        ; => Model saved successfully
    """
    input = follow(model, example)
    try:
        with evaluating(model), quietly(), torch.no_grad():
            trace: Any = torch.jit.trace
            traced = trace(model, input)
    except Exception as error:  # tracing runs the model, which may raise anything
        reason = str(error).strip().partition("\n")[0]
        raise ArgumentError(f"the model cannot be traced: {reason}") from error
    with replacing(Path(path)) as temporary, quietly():
        traced.save(str(temporary))
    return "Model saved successfully"


def jit_unload(model: TorchScriptModel) -> bool:
    """Free the memory of a model; it cannot be used any more.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_jit_unload model)
        model
        ; => TorchScript Model (unloaded)
    """
    model.script = None
    return True


def jit_model_forward(model: TorchScriptModel, tensor: Tensor) -> Tensor:
    """What the model makes of a tensor.

    Raises:
        ArgumentError: The program fails on it.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_shape (torch_jit_model_forward model (torch_ones '(5 4))))
        ; => (5 2)
    """
    loaded(model)
    output: Tensor = model(follow(model, tensor))
    return output


def jit_model_to_device(model: TorchScriptModel, device: str = "cpu") -> TorchScriptModel:
    """Move a model to a device, and give it back.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (@ (torch_jit_model_info (torch_jit_model_to_device model "cpu")) "device")
        ; => cpu
    """
    loaded(model)
    to_device(model, device)
    return model


def jit_model_to_mps(model: TorchScriptModel) -> TorchScriptModel:
    """Move a model to Apple's GPU, and give it back.

    Raises:
        DeviceError: There is none.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (if (torch_mps_is_available) (torch_jit_model_to_mps model))
        (@ (torch_jit_model_info model) "parameters")
        ; => 58
    """
    return jit_model_to_device(model, "mps")


def jit_model_to_best_device(model: TorchScriptModel) -> TorchScriptModel:
    """Move a model to a GPU if there is one, and give it back.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (setq device (@ (torch_jit_model_info (torch_jit_model_to_best_device model)) "device"))
        (find device (torch_get_best_device))
        ; => 0
    """
    return jit_model_to_device(model, get_best_device())


def jit_model_info(model: TorchScriptModel) -> dict[str, Any]:
    """What is known of a model, as a map from ``name`` to ``training``.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (@ (torch_jit_model_info model) "parameters")
        ; => 58
    """
    script = loaded(model)
    first = next(script.parameters(), None)
    return {
        "name": model.name,
        "parameters": parameter_count(model),
        "tensors": len(script.state_dict()),
        "buffers": len(list(script.buffers())),
        "methods": jit_model_list_methods(model),
        "device": "cpu" if first is None else str(first.device),
        "training": bool(script.training),
    }


def jit_model_list_methods(model: TorchScriptModel) -> list[str]:
    """The names of the methods that the program has.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_jit_model_list_methods model)
        ; => ("forward")
    """
    return list(loaded(model)._c._method_names())


def jit_model_list_buffers(model: TorchScriptModel) -> list[str]:
    """The names of tensors that do not train.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_jit_model_list_buffers model)
        ; => ()
    """
    return [name for name, _ in loaded(model).named_buffers()]


def jit_model_list_parameter_names(model: TorchScriptModel) -> list[str]:
    """The names of tensors that train.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (size (torch_jit_model_list_parameter_names model))
        ; => 4
    """
    return [name for name, _ in loaded(model).named_parameters()]


def jit_model_list_tensor_names(model: TorchScriptModel) -> list[str]:
    """The names of all tensors.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (size (torch_jit_model_list_tensor_names model))
        ; => 4
    """
    return list(loaded(model).state_dict())


def jit_model_get_buffer(model: TorchScriptModel, name: str) -> Tensor:
    """A tensor that does not train.

    Raises:
        ArgumentError: There is none of that name.

    Example:
        (torch_jit_save (torch_positional_encoding 4 9) (torch_ones '(1 3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_shape (torch_jit_model_get_buffer model (car (torch_jit_model_list_buffers model))))
        ; => (9 4)
    """
    return _named(dict(loaded(model).named_buffers()), "buffer", name)


def jit_model_get_tensor(model: TorchScriptModel, name: str) -> Tensor:
    """A tensor of the model.

    Raises:
        ArgumentError: There is none of that name.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_shape (torch_jit_model_get_tensor model "fc1.weight"))
        ; => (8 4)
    """
    return _named(loaded(model).state_dict(), "tensor", name)


def jit_model_get_tensor_shape(model: TorchScriptModel, name: str) -> tuple[int, ...]:
    """The shape of a tensor of the model.

    Raises:
        ArgumentError: There is none of that name.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_jit_model_get_tensor_shape model "fc1.weight")
        ; => (8 4)
    """
    return tuple(jit_model_get_tensor(model, name).shape)


def jit_model_update_weight(model: TorchScriptModel, name: str, weight: Tensor) -> bool:
    """Copy numbers into a tensor of the model.

    Raises:
        ArgumentError: There is none of that name.
        ShapeError: It has another shape.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_jit_model_update_weight model "fc1.bias" (torch_zeros '(8)))
        (torch_sum (torch_jit_model_get_tensor model "fc1.bias"))
        ; => 0.0
    """
    target = jit_model_get_tensor(model, name)
    if target.shape != weight.shape:
        given, needed = shape_text(weight.shape), shape_text(target.shape)
        raise ShapeError(f"the weight is {given}, {name} is {needed}")
    with torch.no_grad():
        target.copy_(weight)
    return True


def jit_model_register_lora_hook(
    model: TorchScriptModel, layer_name: str, lora_layer: LoRALinear
) -> bool:
    """Let ``jit_model_forward_with_lora`` add an adapter to a linear layer of the model.

    Args:
        model: The model.
        layer_name: The path of the layer, such as ``head`` or ``layers.0.q_proj``.
        lora_layer: The adapter; its base does not count.

    Raises:
        ArgumentError: There is no such layer.
        ShapeError: Its sizes are others.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_jit_model_register_lora_hook model "fc1" (torch_lora_linear 4 8 2 4))
        ; => true
    """
    weight = jit_model_get_tensor(model, f"{layer_name}.weight")
    sizes = (lora_layer.out_features, lora_layer.in_features)
    if tuple(weight.shape) != sizes:
        given, needed = shape_text(sizes), shape_text(weight.shape)
        raise ShapeError(f"the adapter is {given}, the weights of {layer_name} are {needed}")
    model.adapters[layer_name] = lora_layer
    return True


def jit_model_forward_with_lora(model: TorchScriptModel, input: Tensor) -> Tensor:
    """What the model makes of an input with its adapters added to the weights meanwhile.

    Raises:
        ArgumentError: No adapter is registered.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (torch_jit_model_register_lora_hook model "fc1" (torch_lora_linear 4 8 2 4))
        (torch_shape (torch_jit_model_forward_with_lora model (torch_ones '(5 4))))
        ; => (5 2)
    """
    if not model.adapters:
        raise ArgumentError("no adapter is registered")
    weights = {path: jit_model_get_tensor(model, f"{path}.weight") for path in model.adapters}
    kept = {path: weight.clone() for path, weight in weights.items()}
    with torch.no_grad():
        try:
            for path, adapter in model.adapters.items():
                weights[path] += adapter.delta().to(weights[path])
            return jit_model_forward(model, input)
        finally:
            for path, weight in kept.items():
                weights[path].copy_(weight)


def jit_model_get_intermediate_states(
    model: TorchScriptModel, input: Tensor, layer_names: Sequence[str]
) -> list[Tensor]:
    """What layers inside the model give on its way through an input.

    Args:
        model: The model.
        input: The input.
        layer_names: Paths of layers, such as ``layers.0`` or ``layers.0.act``.

    Raises:
        ArgumentError: The program calls no such layer, or only within a loop or a condition.

    Example:
        (torch_jit_save (torch_model 4 8 2) (torch_ones '(3 4)) "model.ts")
        (setq model (torch_jit_load "model.ts"))
        (setq states (torch_jit_model_get_intermediate_states model (torch_ones '(5 4)) '("fc1")))
        (torch_shape (car states))
        ; => (5 8)
    """
    script, given = loaded(model), follow(model, input)
    with torch.no_grad():
        return [_state(script, given, name, name) for name in layer_names]


def _state(script: Any, input: Tensor, path: str, asked: str) -> Tensor:
    """What the layer at ``path`` gives, found in the graph of the script or of one inside it."""
    graph = script.graph.copy()
    places = {next(graph.inputs()).debugName(): ""}
    for node in graph.nodes():
        if node.kind() == "prim::GetAttr" and node.input().debugName() in places:
            owner = places[node.input().debugName()]
            name = node.s("name")
            places[node.output().debugName()] = f"{owner}.{name}" if owner else name
        if node.kind() != "prim::CallMethod" or node.s("name") != "forward":
            continue
        place = places.get(node.inputsAt(0).debugName())
        if place == path:
            return _computed(script, graph, node.output(), input)
        if place is not None and path.startswith(f"{place}."):
            inner = _computed(script, graph, node.inputsAt(1), input)
            return _state(_inside(script, place), inner, path.removeprefix(f"{place}."), asked)
    raise ArgumentError(f"the program calls no layer {asked}")


def _computed(script: Any, graph: Any, value: Any, input: Tensor) -> Tensor:
    """A value of a graph: it becomes the only output, and the graph is run."""
    graph.eraseOutput(0)
    graph.registerOutput(value)
    function = torch._C._create_function_from_graph("state", graph)
    computed: Tensor = function(script._c, input)
    return computed


def _inside(script: Any, path: str) -> Any:
    for name in path.split("."):
        script = getattr(script, name)
    return script


def _named(tensors: dict[str, Tensor], kind: str, name: str) -> Tensor:
    if name not in tensors:
        raise ArgumentError(f'the model has no {kind} "{name}"')
    return tensors[name]
