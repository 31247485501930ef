"""Decoder models for writing only: each linear layer in the form in which it is multiplied fastest.

Schemes: ``packed`` keeps the numbers and changes their order in memory, ``int8`` and ``int4`` round
them, ``file`` takes the blocks of a GGUF file as they are. Layers are made one by one, so that the
model is never in memory as floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn

from torch_lib.decoder import DecoderModel
from torch_lib.decoder_config import DecoderConfig
from torch_lib.errors import ArgumentError
from torch_lib.gguf_blocks import Blocks, rounded_blocks
from torch_lib.int4_linear import PACKED_MULTIPLE, Int4Linear
from torch_lib.int8_block_linear import Int8BlockLinear
from torch_lib.packed_linear import PackedLinear
from torch_lib.projections import joined
from torch_lib.quantized_linear import QuantizedLinear
from torch_lib.tied_embedding import TiedEmbedding

__all__ = [
    "FROM_FLOATS",
    "SCHEMES",
    "check_scheme",
    "for_inference",
    "inference_layer",
    "model_for_inference",
]

FROM_FLOATS = ("packed", "int8", "int4")
"""The schemes for weights that are floats."""

SCHEMES = (*FROM_FLOATS, "file")
GROUP_SIZE = 32
TOGETHER = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))

Weight = Tensor | Blocks


def check_scheme(scheme: str, known: Iterable[str] = SCHEMES) -> str:
    """``scheme`` itself.

    Raises:
        ArgumentError: It is unknown.
    """
    if scheme not in known:
        raise ArgumentError(f'unknown quantization "{scheme}" (known: {", ".join(known)})')
    return scheme


def model_for_inference(
    config: DecoderConfig,
    weights: Iterable[tuple[str, Weight]],
    scheme: str,
    dtype: torch.dtype,
) -> DecoderModel:
    """A model whose linear layers have weights by ``scheme``.

    Args:
        config: Its sizes.
        weights: Its tensors by name, which fit it; for ``file``, matrices as blocks where they are.
        scheme: One of ``SCHEMES``.
        dtype: The element type of ``packed`` weights and of embeddings.
    """
    with torch.device("meta"):
        model = DecoderModel(config)
    linear = {name for name, part in model.named_modules() if isinstance(part, nn.Linear)}
    layers: dict[str, nn.Module] = {}
    plain: dict[str, Tensor] = {}
    biases: dict[str, Tensor] = {}
    for name, weight in weights:
        owner, _, ending = name.rpartition(".")
        if owner in linear and ending == "bias":
            biases[owner] = _tensor(weight)
        elif owner in linear:
            layers[owner] = inference_layer(weight, scheme, dtype)
            if not (config.attention_bias or config.mlp_bias):
                _join(layers, owner)
        elif owner == "model.embed_tokens":
            head = _tied_head(weight, scheme, dtype) if config.tie_word_embeddings else None
            if head is not None:
                layers["lm_head"] = head
            if head is None or isinstance(head, PackedLinear):
                plain[name] = _tensor(weight).to(dtype)
            else:
                layers[owner] = TiedEmbedding(config.vocab_size, config.hidden_size)
        else:
            plain[name] = _tensor(weight).to(torch.float32 if "norm" in owner else dtype)
    model.load_state_dict(plain, assign=True, strict=False)
    for name, layer in layers.items():
        if name in biases:
            _add_bias(layer, biases[name])
        model.set_submodule(name, layer)
    model.tie()
    return model.requires_grad_(False).eval()


def for_inference(model: DecoderModel, scheme: str) -> DecoderModel:
    """A model with the weights of ``model`` by ``scheme``, all but ``file``; it stays as it is.

    Raises:
        ArgumentError: The scheme is unknown, or layers are quantized or have adapters already.
    """
    check_scheme(scheme, FROM_FLOATS)
    if any(getattr(part, "replaces_linear", False) for part in model.modules()):
        raise ArgumentError("the model's layers are quantized already, or have adapters")
    tied = model.config.tie_word_embeddings
    weights = model.state_dict().items()
    # Layers are made where a processor's kernels want them packed; moving them unpacks them.
    parts = ((name, one.cpu()) for name, one in weights if not (tied and name == "lm_head.weight"))
    embedded = model.model.embed_tokens.weight
    made = model_for_inference(model.config, parts, scheme, embedded.dtype)
    made.tokenizer = model.tokenizer
    return made.to(embedded.device)


def _join(layers: Mapping[str, nn.Module], owner: str) -> None:
    """Make one of ``owner`` and those that read the same rows, once all are there.

    The engine would do it too, when the memory of those of all blocks can no longer be used again.
    """
    block, _, name = owner.rpartition(".")
    together = next((names for names in TOGETHER if name in names), ())
    parts = [layers[f"{block}.{each}"] for each in together if f"{block}.{each}" in layers]
    if parts and len(parts) == len(together):
        joined(parts)


def _tied_head(weight: Weight, scheme: str, dtype: torch.dtype) -> nn.Module:
    """The output layer whose weights are the embeddings: four bits are too few for these."""
    return inference_layer(weight, "int8" if scheme == "int4" else scheme, dtype)


def inference_layer(weight: Weight, scheme: str, dtype: torch.dtype) -> nn.Module:
    """The linear layer of a weight ``(O I)`` by ``scheme``, without a bias.

    Sizes that no kernel takes in groups have eight bits with one scale an output.
    """
    rounded = isinstance(weight, Blocks) or scheme in ("int8", "int4")
    outputs, inputs = (weight.whole if isinstance(weight, Blocks) else weight).shape
    if rounded and (outputs % PACKED_MULTIPLE or inputs % GROUP_SIZE):
        return QuantizedLinear.of(_as_linear(_tensor(weight)))
    if isinstance(weight, Blocks):
        if weight.zero is None:
            return Int8BlockLinear.from_numbers(weight.whole, weight.scale)
        return Int4Linear.from_numbers(weight.whole, weight.scale, weight.zero)
    return _MAKERS[scheme](weight, dtype)


def _add_bias(layer: nn.Module, bias: Tensor) -> None:
    if isinstance(layer, Int8BlockLinear):
        layer = layer.pairs
    layer.bias = bias.to(layer.weight.dtype) if isinstance(layer, PackedLinear) else bias.float()


def _tensor(weight: Weight) -> Tensor:
    """The weight as floats."""
    return weight if isinstance(weight, Tensor) else weight.real()


def _packed(weight: Tensor, dtype: torch.dtype) -> nn.Module:
    return PackedLinear.from_weight(weight, None, dtype)


def _int8(weight: Tensor, dtype: torch.dtype) -> nn.Module:
    """Rounded group by group: one scale a row costs one or two hundredths of the perplexity."""
    blocks = rounded_blocks(weight)
    return Int8BlockLinear.from_numbers(blocks.whole, blocks.scale)


def _int4(weight: Tensor, dtype: torch.dtype) -> nn.Module:
    return Int4Linear.of(_as_linear(weight), GROUP_SIZE)


def _as_linear(weight: Tensor) -> nn.Linear:
    with torch.device("meta"):
        linear = nn.Linear(weight.size(1), len(weight), bias=False)
    linear.weight = nn.Parameter(weight.float(), requires_grad=False)
    return linear


_MAKERS: Mapping[str, Callable[[Tensor, torch.dtype], nn.Module]] = {
    "packed": _packed,
    "int8": _int8,
    "int4": _int4,
    "file": _packed,
}
