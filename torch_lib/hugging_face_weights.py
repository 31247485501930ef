"""The weights of Hugging Face models, by name and by what they do.

E hidden size, F size of the MLP, H query heads, K key/value heads, D head size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from torch_lib.decoder import DecoderModel
from torch_lib.errors import ArgumentError
from torch_lib.hugging_face import model_of
from torch_lib.lora_linear import LinearLayer, LoRALinear

__all__ = [
    "hf_get_down_weight",
    "hf_get_gate_up_fused_weight",
    "hf_get_gate_weight",
    "hf_get_k_weight",
    "hf_get_o_weight",
    "hf_get_q_weight",
    "hf_get_qkv_fused_weight",
    "hf_get_rms_norm_eps",
    "hf_get_up_weight",
    "hf_get_v_weight",
    "hf_get_weight",
    "hf_list_weights",
]


def hf_list_weights(id: str | DecoderModel) -> list[str]:
    """The names of a model's weights, in order.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (car (torch_hf_list_weights model))
        ; => model.embed_tokens.weight
    """
    return list(model_of(id).state_dict(keep_vars=True))


def hf_get_weight(id: str | DecoderModel, name: str) -> Tensor:
    """The weight of that name itself, not a copy.

    Raises:
        ArgumentError: There is none.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_weight model "model.norm.weight"))
        ; => (8)
    """
    weights = model_of(id).state_dict(keep_vars=True)
    if name not in weights:
        raise ArgumentError(f'the model has no weight "{name}"')
    weight: Tensor = weights[name]
    return weight


def hf_get_rms_norm_eps(id: str | DecoderModel) -> float:
    """What the norms of a model add below the root.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_hf_get_rms_norm_eps model)
        ; => 1e-06
    """
    return model_of(id).config.rms_norm_eps


def hf_get_q_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of queries in a layer, ``(H·D E)``.

    Raises:
        ArgumentError: There is no such layer.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_q_weight model 0))
        ; => (8 8)
    """
    return _weight(id, layer, "self_attn.q_proj")


def hf_get_k_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of keys in a layer, ``(K·D E)``.

    Raises:
        ArgumentError: There is no such layer.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_k_weight model 0))
        ; => (8 8)
    """
    return _weight(id, layer, "self_attn.k_proj")


def hf_get_v_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of values in a layer, ``(K·D E)``.

    Raises:
        ArgumentError: There is no such layer.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_v_weight model 0))
        ; => (8 8)
    """
    return _weight(id, layer, "self_attn.v_proj")


def hf_get_o_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of the output of attention in a layer, ``(E H·D)``.

    Raises:
        ArgumentError: There is no such layer.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_o_weight model 0))
        ; => (8 8)
    """
    return _weight(id, layer, "self_attn.o_proj")


def hf_get_gate_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of the gate of the MLP in a layer, ``(F E)``.

    Raises:
        ArgumentError: There is no such layer, or the MLP has no gate.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_gate_weight model 0))
        ; => (256 8)
    """
    return _weight(id, layer, "mlp.gate_proj")


def hf_get_up_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of the first matrix of the MLP in a layer, ``(F E)``.

    Raises:
        ArgumentError: There is no such layer.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_up_weight model 0))
        ; => (256 8)
    """
    return _weight(id, layer, "mlp.up_proj")


def hf_get_down_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of the last matrix of the MLP in a layer, ``(E F)``.

    Raises:
        ArgumentError: There is no such layer.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_down_weight model 0))
        ; => (8 256)
    """
    return _weight(id, layer, "mlp.down_proj")


def hf_get_qkv_fused_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of queries, keys and values in a layer, one below the other, ``(H·D+2·K·D E)``.

    Raises:
        ArgumentError: There is no such layer.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_qkv_fused_weight model 0))
        ; => (24 8)
    """
    parts = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
    return torch.cat([_weight(id, layer, part) for part in parts])


def hf_get_gate_up_fused_weight(id: str | DecoderModel, layer: int) -> Tensor:
    """The weights of gate and first matrix of the MLP in a layer, one below the other, ``(2·F E)``.

    Raises:
        ArgumentError: There is no such layer, or the MLP has no gate.

    Example:
        (setq sizes {"vocab_size":9 "hidden_size":8 "num_heads":2 "num_layers":1})
        (setq model (torch_llama_model sizes))
        (torch_shape (torch_hf_get_gate_up_fused_weight model 0))
        ; => (512 8)
    """
    parts = ("mlp.gate_proj", "mlp.up_proj")
    return torch.cat([_weight(id, layer, part) for part in parts])


def _weight(id: str | DecoderModel, layer: int, part: str) -> Tensor:
    blocks = model_of(id).model.layers
    if not 0 <= layer < len(blocks):
        raise ArgumentError(f"layer {layer} is outside 0 .. {len(blocks) - 1}")
    owner, _, name = part.partition(".")
    linear = getattr(blocks[layer].get_submodule(owner), name, None)
    if linear is None:
        raise ArgumentError(f"the model has no {name}")
    return _of_linear(linear)


def _of_linear(linear: LoRALinear | LinearLayer) -> Tensor:
    """The weights of a linear layer as floats, without an adapter that is not merged."""
    if isinstance(linear, LoRALinear):
        return _of_linear(linear.base)
    return linear.weight if isinstance(linear, nn.Linear) else linear.real_weight()
