"""Modules as the app shows them: their parts by name, and what each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from torch_lib.display import quantizations, shape_text
from torch_lib.int4_linear import Int4Linear
from torch_lib.int8_block_linear import Int8BlockLinear
from torch_lib.lora_linear import LoRALinear
from torch_lib.packed_linear import PackedLinear
from torch_lib.quantized_linear import QuantizedLinear
from workbench.runtime.protocol import ModuleFacts

__all__ = ["is_module", "members", "module_facts", "module_line", "tensor_facts"]

WITHOUT_PARAMETERS = (Int4Linear, Int8BlockLinear, PackedLinear, QuantizedLinear)
"""Linear layers whose weights are rounded or reordered, and so none of torch's parameters."""

OUTPUT_SIZES = ("out_features", "embedding_dim", "embed_dim")


def is_module(value: object) -> bool:
    """Whether ``value`` is a module."""
    return isinstance(value, nn.Module)


def members(value: Any) -> Mapping[str, Any]:
    """Submodules, parameters and buffers by name; nothing for what is no module."""
    if not isinstance(value, nn.Module):
        return {}
    return {
        **dict(value.named_parameters(recurse=False)),
        **dict(value.named_buffers(recurse=False)),
        **dict(value.named_children()),
    }


def module_line(module: nn.Module) -> str:
    """The class with its settings, on one line."""
    return f"{type(module).__name__}({' '.join(module.extra_repr().split())})".removesuffix("()")


def module_facts(module: nn.Module) -> ModuleFacts:
    """What ``module`` holds; a tensor that it holds twice counts once."""
    parameters = list(module.parameters())
    held = {id(tensor): tensor for tensor in (*parameters, *module.buffers())}
    trainable = sum(tensor.numel() for tensor in parameters if tensor.requires_grad)
    count = sum(tensor.numel() for tensor in parameters) + _weights_beside(module)
    return ModuleFacts(
        output=_output(module),
        parameters=count,
        trainable=trainable,
        size=sum(_size(tensor) for tensor in held.values()),
        marks=_marks(module, count, trainable),
    )


def tensor_facts(tensor: Tensor) -> ModuleFacts:
    """What a parameter or a buffer of a module holds."""
    if not isinstance(tensor, nn.Parameter):
        return ModuleFacts(shape_text(tensor.shape), 0, 0, _size(tensor), ("buffer",))
    trained = tensor.requires_grad
    marks = () if trained else ("frozen",)
    count = tensor.numel()
    return ModuleFacts(shape_text(tensor.shape), count, count * trained, _size(tensor), marks)


def _weights_beside(module: nn.Module) -> int:
    """How many numbers the layers stand for that have no parameters."""
    layers = [inner for inner in module.modules() if isinstance(inner, WITHOUT_PARAMETERS)]
    inside = {id(layer.pairs) for layer in layers if isinstance(layer, Int8BlockLinear)}
    return sum(
        layer.in_features * layer.out_features + (layer.bias is not None) * layer.out_features
        for layer in layers
        if id(layer) not in inside
    )


def _size(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _output(module: nn.Module) -> str:
    """The last sizes of what the module gives, as far as its class tells."""
    shape = getattr(module, "normalized_shape", None)
    if isinstance(shape, tuple):
        return f"→{'×'.join(map(str, shape))}"
    for name in OUTPUT_SIZES:
        size = getattr(module, name, None)
        if isinstance(size, int):
            return f"→{size}"
    channels = getattr(module, "out_channels", None)
    return f"→{channels}×…" if isinstance(channels, int) else ""


def _marks(module: nn.Module, count: int, trainable: int) -> tuple[str, ...]:
    marks = quantizations(module)
    if any(isinstance(inner, LoRALinear) for inner in module.modules()):
        marks.insert(0, "LoRA")
    if count and trainable < count:
        marks.append("part frozen" if trainable else "frozen")
    return tuple(marks)
