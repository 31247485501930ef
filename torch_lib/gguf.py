"""Decoder models from GGUF files, together with the tokenizer that the file holds.

The names of tensors and settings are those of llama.cpp (github.com/ggml-org/llama.cpp), which
every architecture shares; its converter turns the rows of Llama's queries and keys around.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import torch
from torch import Tensor

from torch_lib.decoder import DecoderModel
from torch_lib.decoder_config import FAMILIES, DecoderConfig
from torch_lib.devices import current_device
from torch_lib.display import value_text
from torch_lib.errors import ArgumentError, CheckpointError, TorchLibWarning
from torch_lib.events import Progress, emit
from torch_lib.gguf_blocks import Blocks, rounded_blocks
from torch_lib.gguf_file import GGUFFile
from torch_lib.gguf_tokenizers import gguf_tokenizer
from torch_lib.inference_layers import check_scheme, model_for_inference
from torch_lib.memory import check_memory
from torch_lib.reading import making_sense_of
from torch_lib.rotary import DIVISORS, llama3_scaling
from torch_lib.tensors import weight_type
from torch_lib.tokenizers import Tokenizer

__all__ = ["load_gguf"]

_NAMES = {
    "token_embd": "model.embed_tokens",
    "position_embd": "model.embed_positions",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_FUSED = "attn_qkv"
_FUSED_PARTS = ("q_proj", "k_proj", "v_proj")
_BLOCK_TENSOR = re.compile(r"blk\.(\d+)\.(\w+)\.(weight|bias)")
_FREQUENCY_DIVISORS = "rope_freqs.weight"
_PAIRED_CHANNELS = ("llama", "mistral")
"""Architectures whose rotary pairs lie side by side in the file, and half a head apart in torch."""


def load_gguf(path: str, dtype: str | None = None, quantization: str | None = None) -> DecoderModel:
    """The model of a GGUF file: a Llama, Mistral, Qwen 2, Qwen 3 or GPT-2.

    The tokenizer of the file is the model's ``tokenizer``, unless it is of a kind that is not
    known, of which a warning tells.

    Args:
        path: The file, its tensors encoded in any way that the ``gguf`` package reads.
        dtype: The element type of the weights, by default float32; with a quantization, that of
            what is not quantized, by default bfloat16.
        quantization: For a model that only writes, several times faster: ``"file"`` multiplies with
            the file's own blocks of four and eight bits, ``"int8"`` and ``"int4"`` round what the
            file has in more bits, ``"packed"`` keeps the weights and orders them for the processor.

    Emits:
        Progress: ``load model``, counted in tensors.

    Raises:
        CheckpointError: The file is damaged, or holds another architecture.

    Example:
        (setq model (torch_load_gguf (torch_demo_model_path)))
        model
        ; => PyTorch Llama Model (layers=30, hidden=576, heads=9, kv_heads=3, vocab=49152)
        (torch_model_tokenizer model)
        ; => BPE Tokenizer (vocab size: 49152)
        (torch_load_gguf (torch_demo_model_path) "bfloat16" "file")
        (setq bytes (torch_memory_size model))
        (> bytes (torch_memory_size (torch_load_gguf (torch_demo_model_path) nil "file")))
        ; => true
    """
    if quantization is not None:
        check_scheme(quantization)
    usual = torch.float32 if quantization is None else torch.bfloat16
    wanted = usual if dtype is None else weight_type(dtype)
    with making_sense_of(path):
        file = GGUFFile(path)
        architecture = file.metadata.get("general.architecture")
        if architecture not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise CheckpointError(
                f"architecture {value_text(architecture)} is not supported (known: {known})"
            )
        try:
            config = _config(file, architecture)
        except KeyError as error:
            raise CheckpointError(f"{path} lacks {error}") from error
        _check_contents(file, config, wanted)
        tokenizer = _tokenizer(file)
        file.metadata = {}  # of which the vocabulary takes tens of MiB
        if quantization is None:
            model = DecoderModel.from_weights(config, dict(_weights(file, config, wanted)))
        else:
            parts = _parts(file, config, quantization)
            model = model_for_inference(config, parts, quantization, wanted)
        model.tokenizer = tokenizer
    return model.to(current_device())


def _config(file: GGUFFile, architecture: str) -> DecoderConfig:
    def setting(name: str, *default: Any) -> Any:
        key = f"{architecture}.{name}"
        return file.metadata.get(key, *default) if default else file.metadata[key]

    if setting("expert_count", 0):
        raise CheckpointError("mixtures of experts are not supported")
    family = FAMILIES[architecture]
    hidden, heads = setting("embedding_length"), setting("attention.head_count")
    norm = "layer_norm_epsilon" if family.layer_norm else "layer_norm_rms_epsilon"
    window = setting("attention.sliding_window", 0) or None
    settings = {
        "model_type": architecture,
        "vocab_size": file.tensors["token_embd.weight"].shape[0],
        "hidden_size": hidden,
        "num_hidden_layers": setting("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": setting("attention.head_count_kv", heads),
        "intermediate_size": setting("feed_forward_length"),
        "head_dim": setting("attention.key_length", None),
        "max_position_embeddings": setting("context_length"),
        "rms_norm_eps": setting(f"attention.{norm}"),
        "rope_theta": setting("rope.freq_base", 10000.0),
        "rope_scaling": _rope_scaling(file, architecture),
        "tie_word_embeddings": "output.weight" not in file.tensors,
        "use_sliding_window": window is not None,
        "sliding_window": window,
        "eos_token_id": file.metadata.get("tokenizer.ggml.eos_token_id"),
        "pad_token_id": file.metadata.get("tokenizer.ggml.padding_token_id"),
    }
    if not family.learned_positions:
        settings |= {
            "attention_bias": "blk.0.attn_q.bias" in file.tensors,
            "output_bias": "blk.0.attn_output.bias" in file.tensors,
            "mlp_bias": "blk.0.ffn_down.bias" in file.tensors,
        }
    config = DecoderConfig.read(settings)
    for name in ("rope.dimension_count", "attention.value_length"):
        given = setting(name, config.head_dim)
        if given != config.head_dim:
            heads_have = f"heads have {config.head_dim} channels"
            raise CheckpointError(f"{architecture}.{name} is {value_text(given)}, {heads_have}")
    divisors = config.rope_scaling.get("factors")
    known = divisors and llama3_scaling(divisors, config.head_dim, config.rope_theta)
    return replace(config, rope_scaling=known) if known else config


def _rope_scaling(file: GGUFFile, architecture: str) -> dict[str, Any]:
    def setting(name: str) -> Any:
        return file.metadata.get(f"{architecture}.rope.scaling.{name}")

    kind = setting("type")
    if _FREQUENCY_DIVISORS in file.tensors:
        divisors = file.tensor(_FREQUENCY_DIVISORS).tolist()
        return {"rope_type": DIVISORS, "factors": divisors}
    if kind in (None, "none") or setting("factor") in (0, 1):
        return {}
    if kind in ("linear", "yarn"):
        trained = setting("original_context_length")
        given = {} if trained is None else {"original_max_position_embeddings": trained}
        return {"rope_type": kind, "factor": setting("factor"), **given}
    raise CheckpointError(f"rotary scaling {value_text(kind)} is not supported")


def _check_contents(file: GGUFFile, config: DecoderConfig, dtype: torch.dtype) -> None:
    """Refuse a file whose tensors do not make the model, or make one beyond the memory."""
    shapes = {name: torch.empty(entry.shape, device="meta") for name, entry in file.tensors.items()}
    shapes.pop(_FREQUENCY_DIVISORS, None)
    placed = {
        ours: tensor for name in shapes for ours, tensor in _placed(name, shapes[name], config)
    }
    DecoderModel.from_weights(config, placed)
    new = (name for name in shapes if file.plain_type(name) != dtype)
    needed = sum(prod(file.tensors[name].shape) for name in new) * dtype.itemsize
    check_memory("the model", needed, torch.device("cpu"))


def _weights(
    file: GGUFFile, config: DecoderConfig, dtype: torch.dtype
) -> Iterator[tuple[str, Tensor]]:
    names = [name for name in file.tensors if name != _FREQUENCY_DIVISORS]
    for done, name in enumerate(names, start=1):
        yield from _placed(name, file.tensor(name).to(dtype), config)
        emit(Progress("load model", done, len(names)))


def _parts(
    file: GGUFFile, config: DecoderConfig, quantization: str
) -> Iterator[tuple[str, Tensor | Blocks]]:
    """As ``_weights``, in float32, or matrices as blocks."""
    names = [name for name in file.tensors if name != _FREQUENCY_DIVISORS]
    for done, name in enumerate(names, start=1):
        blocks = _kept_blocks(file, name, quantization)
        if blocks is None:
            tensor = file.tensor(name)
            if tensor.dim() == 1:  # a vector is no reason to keep the file mapped
                tensor = tensor.clone()
            yield from _placed(name, tensor, config)
            del tensor
        else:
            file.release()
            places = torch.arange(len(blocks.scale))[:, None]
            for ours, rows in _placed(name, places, config):
                yield ours, blocks if rows is places else blocks.rows(rows.squeeze(1))
        del blocks
        file.release()
        emit(Progress("load model", done, len(names)))


def _kept_blocks(file: GGUFFile, name: str, quantization: str) -> Blocks | None:
    """A matrix as blocks, where the file has it in as few bits as are wanted."""
    if len(file.tensors[name].shape) != 2 or file.plain_type(name) is not None:
        return None
    blocks = file.blocks(name)
    if quantization == "file":
        return blocks or rounded_blocks(file.tensor(name))
    if blocks is None:
        return None
    bits = 4 if blocks.zero is not None else 8
    embeds = name == "token_embd.weight"  # for which four bits are too few
    wanted = {"int8": (8,), "int4": (4, 8) if embeds else (4,)}
    return blocks if bits in wanted.get(quantization, ()) else None


def _placed(name: str, tensor: Tensor, config: DecoderConfig) -> Iterator[tuple[str, Tensor]]:
    """A tensor of the file as the model has it, under its names there."""
    block = _BLOCK_TENSOR.fullmatch(name)
    if block is None:
        stem, _, ending = name.rpartition(".")
        if stem not in _NAMES:
            raise CheckpointError(f"a {config.family.label} model has no tensor {name}")
        yield f"{_NAMES[stem]}.{ending}", tensor
        return
    layer, stem, ending = block.groups()
    if stem == _FUSED:
        for part, piece in zip(_FUSED_PARTS, tensor.chunk(3), strict=True):
            yield f"model.layers.{layer}.self_attn.{part}.{ending}", piece
        return
    if stem not in _NAMES:
        raise CheckpointError(f"a {config.family.label} model has no tensor {name}")
    if config.model_type in _PAIRED_CHANNELS and stem in ("attn_q", "attn_k"):
        query = stem == "attn_q"
        heads = config.num_attention_heads if query else config.num_key_value_heads
        tensor = _halves_apart(tensor, heads)
    yield f"model.layers.{layer}.{_NAMES[stem]}.{ending}", tensor


def _halves_apart(projection: Tensor, heads: int) -> Tensor:
    """Undo GGUF's order of channels: it has rotary pairs side by side, torch half a head apart."""
    if projection.size(0) % (2 * heads):
        return projection  # which does not fit the model
    pairs = projection.view(heads, -1, 2, *projection.shape[1:])
    return pairs.transpose(1, 2).reshape(projection.shape)


def _tokenizer(file: GGUFFile) -> Tokenizer | None:
    if "tokenizer.ggml.model" not in file.metadata:
        return None
    try:
        return gguf_tokenizer(file.metadata)
    except ArgumentError as error:
        warnings.warn(
            f"the file's tokenizer cannot be used: {error}", TorchLibWarning, stacklevel=4
        )
        return None
