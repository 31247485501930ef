"""Llama models from GGUF files, together with the tokenizer that the file holds."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from torch_lib.decoder import DecoderModel
from torch_lib.decoder_config import DecoderConfig
from torch_lib.devices import current_device
from torch_lib.errors import ArgumentError, CheckpointError, TorchLibWarning
from torch_lib.events import Progress, emit
from torch_lib.gguf_file import GGUFFile
from torch_lib.gguf_tokenizers import gguf_tokenizer
from torch_lib.reading import making_sense_of
from torch_lib.tokenizers import Tokenizer

__all__ = ["load_gguf"]

_NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_BLOCK_TENSOR = re.compile(r"blk\.(\d+)\.(\w+)\.(weight|bias)")
_FREQUENCY_DIVISORS = "rope_freqs.weight"


def load_gguf(path: str) -> DecoderModel:
    """The Llama model of a GGUF file, its weights expanded to float32.

    The tokenizer of the file is the model's ``tokenizer``, unless it is of a kind that is not
    known, of which a warning tells.

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
    """
    with making_sense_of(path):
        file = GGUFFile(path)
        architecture = file.metadata.get("general.architecture")
        if architecture != "llama":
            raise CheckpointError(f'architecture "{architecture}" is not supported (known: llama)')
        try:
            config = _config(file)
        except KeyError as error:
            raise CheckpointError(f"{path} lacks {error}") from error
        model = DecoderModel.from_weights(config, dict(_weights(file, config)))
        model.tokenizer = _tokenizer(file)
    return model.to(current_device())


def _config(file: GGUFFile) -> DecoderConfig:
    settings = file.metadata
    heads = settings["llama.attention.head_count"]
    hidden = settings["llama.embedding_length"]
    if settings.get("llama.expert_count"):
        raise CheckpointError("mixtures of experts are not supported")
    return DecoderConfig(
        vocab_size=file.tensors["token_embd.weight"].shape[0],
        hidden_size=hidden,
        num_hidden_layers=settings["llama.block_count"],
        num_attention_heads=heads,
        num_key_value_heads=settings.get("llama.attention.head_count_kv", heads),
        intermediate_size=settings["llama.feed_forward_length"],
        head_dim=settings.get("llama.attention.key_length", hidden // heads),
        max_position_embeddings=settings["llama.context_length"],
        rms_norm_eps=settings["llama.attention.layer_norm_rms_epsilon"],
        rope_theta=settings.get("llama.rope.freq_base", 10000.0),
        rope_scaling=_rope_scaling(file),
        tie_word_embeddings="output.weight" not in file.tensors,
        attention_bias="blk.0.attn_q.bias" in file.tensors,
        output_bias="blk.0.attn_output.bias" in file.tensors,
        eos_token_id=settings.get("tokenizer.ggml.eos_token_id"),
        pad_token_id=settings.get("tokenizer.ggml.padding_token_id"),
    )


def _rope_scaling(file: GGUFFile) -> dict[str, Any]:
    if _FREQUENCY_DIVISORS in file.tensors:
        return {"rope_type": "divisors", "factors": file.tensor(_FREQUENCY_DIVISORS).tolist()}
    if file.metadata.get("llama.rope.scaling.type") == "linear":
        return {"rope_type": "linear", "factor": file.metadata["llama.rope.scaling.factor"]}
    return {}


def _weights(file: GGUFFile, config: DecoderConfig) -> Iterator[tuple[str, Tensor]]:
    names = [name for name in file.tensors if name != _FREQUENCY_DIVISORS]
    for done, name in enumerate(names, start=1):
        tensor = file.tensor(name)
        if ".attn_q." in name:
            tensor = _halves_apart(tensor, config.num_attention_heads)
        elif ".attn_k." in name:
            tensor = _halves_apart(tensor, config.num_key_value_heads)
        yield _model_name(name), tensor
        emit(Progress("load model", done, len(names)))


def _model_name(name: str) -> str:
    block = _BLOCK_TENSOR.fullmatch(name)
    if block and block[2] in _NAMES:
        return f"model.layers.{block[1]}.{_NAMES[block[2]]}.{block[3]}"
    stem, _, ending = name.rpartition(".")
    if stem not in _NAMES:
        raise CheckpointError(f"a Llama model has no tensor {name}")
    return f"{_NAMES[stem]}.{ending}"


def _halves_apart(projection: Tensor, heads: int) -> Tensor:
    """Undo GGUF's order of channels: it has rotary pairs side by side, torch half a head apart."""
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
