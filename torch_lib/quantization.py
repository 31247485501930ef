"""Quantizing whole models: every linear layer of a copy is replaced by one with narrow weights."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.decoder import DecoderModel
from torch_lib.eight_bits import QuantizedTensor
from torch_lib.errors import ArgumentError, KindError
from torch_lib.int4_linear import Int4Linear
from torch_lib.layers import forward
from torch_lib.modules import evaluating
from torch_lib.packed_linear import PackedLinear
from torch_lib.quantized_linear import QuantizedLinear, Range
from torch_lib.tied_embedding import RowSource, TiedEmbedding

__all__ = [
    "memory_size",
    "model_quantize",
    "model_quantize_dynamic",
    "model_quantize_static",
]


def model_quantize_dynamic(model: nn.Module, dtype: str = "int8") -> nn.Module:
    """A copy of ``model`` whose linear layers have int8 weights, one scale for each output.

    The copy is for evaluation: its weights do not train. ``model`` stays as it is. A layer that
    shares its weight with another is kept, but for the head of a language model that is tied to
    its embedding: the embedding takes the narrow weights as well.

    Args:
        model: Any module.
        dtype: ``"int8"`` or ``"qint8"``.

    Raises:
        ArgumentError: The type is unknown, or there is no linear layer.

    Example:
        (torch_model_quantize_dynamic (torch_transformer_block 64 4 128))
        ; => PyTorch Transformer Block (embed_dim=64, num_heads=4, ff_dim=128, int8)
    """
    if dtype not in ("int8", "qint8"):
        raise ArgumentError(f'unknown dtype "{dtype}" (known: int8, qint8)')
    return _replacing_linear_layers(model, QuantizedLinear.of)


def model_quantize_static(
    model: nn.Module, calibration_data: Tensor | Sequence[Tensor]
) -> nn.Module:
    """As ``model_quantize_dynamic``, with inputs rounded by the ranges that a trial run has seen.

    Args:
        model: Any module.
        calibration_data: An input of the model, or several. What later inputs have outside the
            ranges seen here is clamped.

    Raises:
        ArgumentError: There is no linear layer, or no data.

    Example:
        (setq model (torch_model 8 16 2))
        (torch_model_quantize_static model (torch_randn '(100 8)))
        ; => PyTorch Model (8 -> 16 -> 2, int8)
    """
    inputs = [calibration_data] if isinstance(calibration_data, Tensor) else calibration_data
    if not inputs:
        raise ArgumentError("calibration data is empty")
    ranges = _input_ranges(model, inputs)
    return _replacing_linear_layers(
        model, lambda layer: QuantizedLinear.of(layer, ranges.get(layer))
    )


def model_quantize(model: nn.Module, scheme: str, group_size: int = 64) -> nn.Module:
    """A copy of ``model`` whose linear layers have weights by ``scheme``, for evaluation only.

    The head of a language model that is tied to its embedding counts too; it has eight bits at
    least. A language model from a file is better loaded with a quantization, which rounds in finer
    groups: see ``load_model``.

    Args:
        model: Any module.
        scheme: ``"int8"`` for one scale an output, ``"int4"`` for one scale a group of weights,
            ``"packed"`` for the weights as they are, in the order that the processor reads fastest.
        group_size: How many weights make a group: 32, 64, 128 or 256.

    Raises:
        ArgumentError: The scheme or the group size is unknown, or there is no linear layer.

    Example:
        (torch_model_quantize (torch_linear 128 64) "int4" 32)
        ; => PyTorch Linear Layer (128 -> 64, int4)
        (setq sizes {"vocab_size":64 "hidden_size":32 "num_heads":2 "num_layers":1})
        (torch_model_quantize (torch_llama_model sizes) "int8")
        ; => PyTorch Llama Model (layers=1, hidden=32, heads=2, kv_heads=2, vocab=64, int8)
    """
    schemes: dict[str, Callable[[nn.Linear], nn.Module]] = {
        "int8": QuantizedLinear.of,
        "int4": partial(Int4Linear.of, group_size=group_size),
        "packed": PackedLinear.of,
    }
    if scheme not in schemes:
        raise ArgumentError(f'unknown scheme "{scheme}" (known: {", ".join(schemes)})')
    return _replacing_linear_layers(model, schemes[scheme])


def memory_size(value: Any) -> int:
    """Bytes that the numbers of a tensor, a quantized tensor, a module or a state dict take.

    A tensor that a module has under two names counts once.

    Raises:
        KindError: The value is of another kind.

    Example:
        (setq weights (torch_ones '(512 512)))
        (list (torch_memory_size weights) (torch_memory_size (torch_quantize_fp16 weights)))
        ; => (1048576 524288)
    """
    return sum(tensor.numel() * tensor.element_size() for tensor in _tensors(value))


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, QuantizedTensor):
        return [value.data, value.scale, value.zero_point]
    if isinstance(value, nn.Module):
        return [*value.parameters(), *value.buffers()]
    if isinstance(value, Mapping):
        return [entry for entry in value.values() if isinstance(entry, Tensor)]
    raise KindError("expected a tensor, a module or a state dict")


def _replacing_linear_layers(
    model: nn.Module, replacement: Callable[[nn.Linear], nn.Module]
) -> nn.Module:
    layers = _linear_layers(model)
    if not layers:
        raise ArgumentError("the model has no linear layer to quantize")
    replacements: dict[int, Any] = {
        id(layer): replacement(layer).train(layer.training) for layer in layers
    }
    if isinstance(model, DecoderModel) and model.config.tie_word_embeddings:
        head, embedding = model.lm_head, model.model.embed_tokens
        if isinstance(head, nn.Linear) and isinstance(embedding, nn.Embedding):
            narrow = replacement(head)
            if isinstance(narrow, Int4Linear):  # four bits are too few for embeddings
                narrow = QuantizedLinear.of(head)
            replacements[id(head)] = narrow
            if isinstance(narrow, RowSource):
                tied = TiedEmbedding(embedding.num_embeddings, embedding.embedding_dim)
                tied.take_rows_of(narrow)
                replacements[id(embedding)] = tied
    # deepcopy takes what it finds here for copies already made: no layer is copied in vain.
    return copy.deepcopy(model, replacements).requires_grad_(False).eval()


def _linear_layers(model: nn.Module) -> list[nn.Linear]:
    """The linear layers that have their weights for themselves."""
    owners = Counter(
        id(parameter) for module in model.modules() for parameter in module._parameters.values()
    )
    return [
        module
        for module in model.modules()
        if isinstance(module, nn.Linear) and owners[id(module.weight)] == 1
    ]


def _input_ranges(model: nn.Module, inputs: Sequence[Tensor]) -> dict[nn.Module, Range]:
    """The smallest and the largest number that came into each linear layer."""
    ranges: dict[nn.Module, Range] = {}

    def observe(layer: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        if arguments[0].numel() == 0:
            return
        low, high = (end.item() for end in arguments[0].aminmax())
        seen = ranges.get(layer, (low, high))
        ranges[layer] = min(low, seen[0]), max(high, seen[1])

    hooks = [layer.register_forward_pre_hook(observe) for layer in _linear_layers(model)]
    try:
        with evaluating(model), torch.no_grad():
            for input in inputs:
                forward(model, input)
    finally:
        for hook in hooks:
            hook.remove()
    return ranges
