"""Small random models of the transformers library, one of each family that we read."""

from typing import Any

import pytest
import torch

SIZES = {
    "vocab_size": 97,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}

FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", {}),
    "tied": ("Llama", {"tie_word_embeddings": True, "head_dim": 12, "rope_theta": 500000.0}),
    "llama3": (
        "Llama",
        {
            "rope_theta": 500000.0,
            "rope_scaling": {
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 8192,
            },
            "head_dim": 64,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
        },
    ),
    "yarn": (
        "Qwen2",
        {
            "rope_scaling": {
                "rope_type": "yarn",
                "factor": 4.0,
                "original_max_position_embeddings": 16,
            },
            "head_dim": 16,
        },
    ),
    "biased": ("Llama", {"attention_bias": True, "mlp_bias": True, "num_key_value_heads": 6}),
    "mistral": ("Mistral", {"sliding_window": 4}),
    "qwen2": ("Qwen2", {}),
    "qwen2-windows": (
        "Qwen2",
        {"use_sliding_window": True, "sliding_window": 3, "max_window_layers": 1},
    ),
    "qwen3": ("Qwen3", {"head_dim": 16}),
    "gpt2": (
        "GPT2",
        {"n_embd": 48, "n_head": 6, "n_layer": 3, "n_positions": 64, "n_inner": 64},
    ),
}
"""Models of the transformers library, and what their configurations have beside the sizes."""


def reference_model(name: str) -> Any:
    transformers = pytest.importorskip("transformers")
    prefix, changes = FAMILIES[name]
    sizes = {"vocab_size": 97} if prefix == "GPT2" else SIZES
    config = getattr(transformers, f"{prefix}Config")(**(sizes | changes))
    head = "LMHeadModel" if prefix == "GPT2" else "ForCausalLM"
    torch.manual_seed(0)
    model = getattr(transformers, f"{prefix}{head}")(config).eval()
    for parameter in model.parameters():  # biases and norms start as zeros and ones
        torch.nn.init.normal_(parameter, std=0.1)
    return model
