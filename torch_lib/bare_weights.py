"""Decoder models from weights alone: names and shapes tell most of the configuration."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from torch import Tensor

from torch_lib.decoder import DecoderModel
from torch_lib.decoder_config import DecoderConfig
from torch_lib.errors import ArgumentError, TorchLibWarning
from torch_lib.hugging_face_files import as_ours

__all__ = ["decoder_from_weights"]

_EMBEDDING = "model.embed_tokens.weight"
_POSITIONS = "model.embed_positions.weight"
_FIRST = "model.layers.0."
_WIDE = 3072
"""The hidden size from which published Llama models have heads of 128 channels, below of 64."""


def decoder_from_weights(stored: Mapping[str, Tensor]) -> DecoderModel | None:
    """The GPT-2 or Llama-like model that a bare state dict holds; None for any other.

    The size of heads and the base of rotary positions leave no trace in a state dict: those of the
    published models of the same size are taken, of which a warning tells.

    Raises:
        CheckpointError: Tensors are missing, or do not fit each other.
    """
    weights = as_ours(stored)
    if _EMBEDDING not in weights or f"{_FIRST}self_attn.q_proj.weight" not in weights:
        return None
    try:
        config = _config(weights)
    except (ArgumentError, KeyError):
        return None
    model = DecoderModel.from_weights(config, weights)
    if not config.family.qk_norm:
        warnings.warn(
            f"the file holds no configuration: {config.num_attention_heads} heads of "
            f"{config.head_dim} channels are assumed",
            TorchLibWarning,
            stacklevel=3,
        )
    return model


def _config(weights: Mapping[str, Tensor]) -> DecoderConfig:
    def rows(name: str) -> int:
        return weights[f"{_FIRST}{name}.weight"].size(0)

    vocabulary, hidden = weights[_EMBEDDING].shape
    normed = f"{_FIRST}self_attn.q_norm.weight" in weights
    if normed:
        head = rows("self_attn.q_norm")
    else:
        head = 128 if hidden >= _WIDE and _POSITIONS not in weights else 64
    settings = {
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "num_hidden_layers": 1 + max(int(name.split(".")[2]) for name in weights if _layer(name)),
        "num_attention_heads": rows("self_attn.q_proj") // head,
        "num_key_value_heads": rows("self_attn.k_proj") // head,
        "head_dim": head,
        "intermediate_size": rows("mlp.up_proj"),
        "tie_word_embeddings": "lm_head.weight" not in weights,
        "attention_bias": f"{_FIRST}self_attn.q_proj.bias" in weights,
        "output_bias": f"{_FIRST}self_attn.o_proj.bias" in weights,
        "mlp_bias": f"{_FIRST}mlp.down_proj.bias" in weights,
    }
    if _POSITIONS in weights:
        return DecoderConfig.read(
            {**settings, "max_position_embeddings": weights[_POSITIONS].size(0)}, "gpt2"
        )
    base = 500000.0 if vocabulary > 2**16 else 10000.0
    return DecoderConfig.read({"rope_theta": base, **settings}, "qwen3" if normed else "llama")


def _layer(name: str) -> bool:
    return name.startswith("model.layers.")
