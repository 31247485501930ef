"""Decoder models in folders as the ``transformers`` library writes them.

``config.json`` tells the architecture, ``model.safetensors``, whole or in shards, the weights. Most
families have our names for them; GPT-2's are translated, and its matrices turned, which it stores
with their inputs first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from torch_lib.atomic_files import replacing
from torch_lib.decoder import DecoderModel
from torch_lib.decoder_config import FAMILIES, DecoderConfig
from torch_lib.devices import current_device
from torch_lib.display import value_text
from torch_lib.errors import ArgumentError, CheckpointError, FileMissing
from torch_lib.lora_linear import LoRALinear
from torch_lib.pipeline_tokenizer import PipelineTokenizer
from torch_lib.progress_reports import counting, watching
from torch_lib.reading import making_sense_of
from torch_lib.rotary import DIVISORS
from torch_lib.sentencepiece_tokenizer import ConversationTokenizer
from torch_lib.text_files import json_map
from torch_lib.tokenizer_folders import folder_tokenizer
from torch_lib.tokenizers import Tokenizer

__all__ = ["as_ours", "load_hugging_face", "write_hugging_face"]

_CONFIG = "config.json"
_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"

_ONLY = {
    "quantization_config": None,
    "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False,
    "add_cross_attention": False,
    "partial_rotary_factor": 1.0,
}
"""Settings that change what a model computes, and the values with which it is computed here."""

_GPT2_NAMES = {
    "wte": "model.embed_tokens",
    "wpe": "model.embed_positions",
    "ln_f": "model.norm",
    "ln_1": "input_layernorm",
    "ln_2": "post_attention_layernorm",
    "attn.c_proj": "self_attn.o_proj",
    "mlp.c_fc": "mlp.up_proj",
    "mlp.c_proj": "mlp.down_proj",
}
_GPT2_FUSED = "attn.c_attn"
_FUSED_PARTS = ("q_proj", "k_proj", "v_proj")
_GPT2_LAYER = re.compile(r"(?:transformer\.)?h\.(\d+)\.(.+)\.(weight|bias)")
_GPT2_OTHER = re.compile(r"(?:transformer\.)?(wte|wpe|ln_f)\.(weight|bias)")
_GPT2_BUFFER = re.compile(r"(?:transformer\.)?h\.\d+\.attn\.(?:masked_)?bias")
_OUR_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)\.(weight|bias)")


def load_hugging_face(
    folder: str, change: Callable[[DecoderConfig], DecoderConfig] = lambda config: config
) -> DecoderModel:
    """The model of a folder, its tensors those of the mapped files, in the files' own types.

    Its tokenizer is read too if the folder has one.

    Args:
        folder: The path.
        change: What to make of the configuration.

    Emits:
        Progress: ``load model``, counted in bytes.

    Raises:
        CheckpointError: The folder lacks a file, or holds another architecture.
    """
    root = Path(folder)
    with making_sense_of(root):
        stored = read_config(root)
    config = change(stored)
    with making_sense_of(root):
        model = DecoderModel.from_weights(config, as_ours(dict(_stored_tensors(root))))
        model.tokenizer = folder_tokenizer(root)
    return model.to(current_device())


def read_config(root: Path) -> DecoderConfig:
    """The configuration in a folder.

    Raises:
        CheckpointError: It is damaged, or that of another architecture.
    """
    settings = _read_json(root, _CONFIG)
    architecture = next(iter(settings.get("architectures") or [None]))
    named = {family.architecture: name for name, family in FAMILIES.items()}
    if not isinstance(architecture, str) or architecture not in named:
        known = ", ".join(named)
        raise CheckpointError(
            f"architecture {value_text(architecture)} is not supported (known: {known})"
        )
    for name, usual in _ONLY.items():
        if settings.get(name, usual) not in (usual, None):
            told = f"{name} {value_text(settings[name])}"
            raise CheckpointError(f"{root / _CONFIG}: {told} is not supported")
    if (root / "generation_config.json").is_file():  # its end tokens are those that count
        generation = _read_json(root, "generation_config.json")
        settings |= {name: generation[name] for name in ("eos_token_id",) if name in generation}
    try:
        return DecoderConfig.read({**settings, "model_type": named[architecture]})
    except ArgumentError as error:
        raise CheckpointError(f"{root / _CONFIG}: {error}") from error


def as_ours(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights under our names: GPT-2's are translated, all others are as they are."""
    if not any(_GPT2_OTHER.fullmatch(name) for name in weights):
        return dict(weights)
    translated: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        layer, other = _GPT2_LAYER.fullmatch(name), _GPT2_OTHER.fullmatch(name)
        if _GPT2_BUFFER.fullmatch(name):
            continue
        if other:
            translated[f"{_GPT2_NAMES[other[1]]}.{other[2]}"] = tensor
        elif layer and layer[2] == _GPT2_FUSED:
            path = f"model.layers.{layer[1]}.self_attn"
            for part, piece in zip(_FUSED_PARTS, tensor.chunk(3, dim=-1), strict=True):
                translated[f"{path}.{part}.{layer[3]}"] = _turned(piece)
        elif layer and layer[2] in _GPT2_NAMES:
            turned = tensor if layer[2].startswith("ln_") else _turned(tensor)
            translated[f"model.layers.{layer[1]}.{_GPT2_NAMES[layer[2]]}.{layer[3]}"] = turned
        else:
            translated[name] = tensor
    return translated


def write_hugging_face(model: DecoderModel, folder: Path) -> None:
    """Write a folder from which the ``transformers`` library, and this one, load the model.

    Adapters have to be merged; the tokenizer is written along.

    Emits:
        Progress: ``save model``, counted in bytes.

    Raises:
        ArgumentError: The layout has no place for something in the model.
    """
    from safetensors.torch import save_file

    settings, weights = _written_config(model), _plain_names(model)
    if model.config.model_type == "gpt2":
        weights = _as_gpt2(weights)
    folder.mkdir(parents=True, exist_ok=True)
    size = sum(tensor.nbytes for tensor in weights.values())
    with (
        replacing(folder / _WEIGHTS) as temporary,
        watching("save model", temporary.parent, size),
    ):
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, temporary)
    (folder / _INDEX).unlink(missing_ok=True)
    with replacing(folder / _CONFIG) as temporary:
        temporary.write_text(json.dumps(settings, indent=2), encoding="utf-8")
    _write_tokenizer(model.tokenizer, folder)


def _write_tokenizer(tokenizer: Tokenizer | None, folder: Path) -> None:
    if not isinstance(tokenizer, PipelineTokenizer | ConversationTokenizer):
        return
    pipeline = isinstance(tokenizer, PipelineTokenizer)
    with replacing(folder / ("tokenizer.json" if pipeline else "tokenizer.model")) as temporary:
        tokenizer.save(temporary)
    with replacing(folder / "tokenizer_config.json") as temporary:
        written = json.dumps(tokenizer.settings(), ensure_ascii=False, indent=2)
        temporary.write_text(written, encoding="utf-8")


def _plain_names(model: DecoderModel) -> dict[str, Tensor]:
    """The weights, each once; those of merged layers under the names of plain ones."""
    if any(hasattr(module, "scheme") for module in model.modules()):
        raise ArgumentError("the model is quantized: its weights have no place in this layout")
    for layer in model.modules():
        if isinstance(layer, LoRALinear) and not layer.merged:
            raise ArgumentError("the model has adapters: merge them first, or save them alone")
    tied = model.config.tie_word_embeddings
    return {
        name.replace(".base.", "."): tensor.detach().cpu()
        for name, tensor in model.state_dict().items()
        if ".lora_" not in name and not (tied and name == "lm_head.weight")
    }


def _as_gpt2(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The inverse of ``as_ours``."""
    theirs = {ours: name for name, ours in _GPT2_NAMES.items()}
    translated: dict[str, Tensor] = {}
    fused: dict[str, list[Tensor]] = {}
    for name, tensor in weights.items():
        layer = _OUR_LAYER.fullmatch(name)
        path, _, ending = name.rpartition(".")
        if layer is None:
            translated[f"transformer.{theirs[path]}.{ending}" if path in theirs else name] = tensor
            continue
        if layer[2] in theirs:
            turned = tensor if layer[2].endswith("layernorm") else _turned(tensor)
            translated[f"transformer.h.{layer[1]}.{theirs[layer[2]]}.{ending}"] = turned
        else:
            whole = f"transformer.h.{layer[1]}.{_GPT2_FUSED}.{ending}"
            fused.setdefault(whole, []).append(_turned(tensor))
    return translated | {name: torch.cat(parts, dim=-1) for name, parts in fused.items()}


def _turned(tensor: Tensor) -> Tensor:
    return tensor.mT if tensor.dim() == 2 else tensor


def _written_config(model: DecoderModel) -> dict[str, Any]:
    """``config.json`` in both spellings of rotary settings and of the type."""
    config = model.config
    if config.rope_scaling.get("rope_type") == DIVISORS:
        raise ArgumentError("config.json has no place for the rotary divisors of a GGUF file")
    dtype = str(model.model.embed_tokens.weight.dtype).removeprefix("torch.")
    settings = {
        "architectures": [config.family.architecture],
        "model_type": config.model_type,
        "vocab_size": config.vocab_size,
        "tie_word_embeddings": config.tie_word_embeddings,
        "eos_token_id": config.eos_token_id,
        "pad_token_id": config.pad_token_id,
        "torch_dtype": dtype,
        "dtype": dtype,
    }
    if config.model_type == "gpt2":
        return settings | {
            "n_embd": config.hidden_size,
            "n_head": config.num_attention_heads,
            "n_layer": config.num_hidden_layers,
            "n_positions": config.max_position_embeddings,
            "n_inner": config.intermediate_size,
            "layer_norm_epsilon": config.rms_norm_eps,
            "activation_function": config.hidden_act,
        }
    scaling = dict(config.rope_scaling)
    kind = scaling.pop("rope_type", scaling.pop("type", "default"))
    rotary = {"rope_type": kind, **scaling}
    return settings | {
        "hidden_size": config.hidden_size,
        "num_attention_heads": config.num_attention_heads,
        "num_key_value_heads": config.num_key_value_heads,
        "num_hidden_layers": config.num_hidden_layers,
        "head_dim": config.head_dim,
        "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_position_embeddings,
        "rms_norm_eps": config.rms_norm_eps,
        "hidden_act": config.hidden_act,
        "attention_bias": config.attention_bias,
        "mlp_bias": config.mlp_bias,
        "rope_theta": config.rope_theta,
        "rope_scaling": None if kind == "default" else rotary,
        "rope_parameters": {"rope_theta": config.rope_theta, **rotary},
        "use_sliding_window": config.use_sliding_window,
        "sliding_window": config.sliding_window,
        "layer_types": list(config.layer_types) or None,
    }


def _stored_tensors(root: Path) -> Iterator[tuple[str, Tensor]]:
    from safetensors import SafetensorError, safe_open

    shards = [_WEIGHTS] if (root / _WEIGHTS).is_file() else _shards(root)
    for shard in shards:
        if not (root / shard).is_file():
            raise FileMissing(f"{root} is a folder without {shard}")
    sizes = [(root / shard).stat().st_size for shard in shards]
    count, read = counting("load model", sum(sizes)), 0
    for shard in shards:
        try:
            with safe_open(root / shard, "pt") as file:
                for name in file.keys():  # noqa: SIM118
                    tensor = file.get_tensor(name)
                    yield name, tensor
                    read += tensor.nbytes
                    count(read)
        except (SafetensorError, FileNotFoundError) as error:
            raise CheckpointError(f"{root / shard} cannot be read: {error}") from error
    count(sum(sizes))


def _shards(root: Path) -> list[str]:
    if not (root / _INDEX).is_file():
        old = ": its weights are in pytorch_model.bin, which is not read"
        why = old if any(root.glob("pytorch_model*.bin*")) else ""
        raise FileMissing(f"{root} is a folder without {_WEIGHTS}{why}")
    placed = _read_json(root, _INDEX).get("weight_map")
    if not isinstance(placed, dict) or not placed:
        raise CheckpointError(f"{root / _INDEX} names no files")
    shards = sorted(set(map(str, placed.values())))
    for shard in shards:
        if Path(shard).name != shard or shard == ".." or "\\" in shard or "\0" in shard:
            raise CheckpointError(f"{root / _INDEX} names a file elsewhere: {value_text(shard)}")
    return shards


def _read_json(root: Path, name: str) -> dict[str, Any]:
    file = root / name
    if not file.is_file():
        raise FileMissing(f"{root} is a folder without {name}")
    return json_map(file)
