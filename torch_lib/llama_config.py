"""The sizes and constants of Llama models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch_lib.display import value_text
from torch_lib.errors import ArgumentError

__all__ = ["LlamaConfig"]

_SPELLINGS = {
    "embed_dim": "hidden_size",
    "num_heads": "num_attention_heads",
    "num_layers": "num_hidden_layers",
    "ff_dim": "intermediate_size",
    "max_seq_length": "max_position_embeddings",
}
_REQUIRED = ("vocab_size", "hidden_size", "num_attention_heads", "num_hidden_layers")


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """The sizes and constants of a Llama model, under the names of ``config.json``."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    intermediate_size: int
    head_dim: int
    max_position_embeddings: int = 2048
    rms_norm_eps: float = 1e-6
    rope_theta: float = 10000.0
    rope_scaling: Mapping[str, Any] = field(default_factory=dict)
    tie_word_embeddings: bool = False
    attention_bias: bool = False
    eos_token_id: int | tuple[int, ...] | None = None
    pad_token_id: int | None = None

    def __post_init__(self) -> None:
        for name in ("head_dim", "num_key_value_heads", "intermediate_size", *_REQUIRED):
            _check_size(name, getattr(self, name))
        if self.num_attention_heads % self.num_key_value_heads:
            raise ArgumentError(
                f"num_attention_heads ({self.num_attention_heads}) must be divisible by "
                f"num_key_value_heads ({self.num_key_value_heads})"
            )

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> LlamaConfig:
        """The configuration a map describes, in either spelling of its keys.

        Keys that do not concern the architecture are passed over.
        """
        given = {
            _SPELLINGS.get(key, key): value for key, value in settings.items() if value is not None
        }
        for name in _REQUIRED:
            if name not in given:
                raise ArgumentError(f'the configuration lacks "{name}"')
            _check_size(name, given[name])
        if given.get("hidden_act", "silu") != "silu":
            raise ArgumentError(f'hidden_act must be "silu", got "{given["hidden_act"]}"')
        if given.get("mlp_bias"):
            raise ArgumentError("mlp_bias is not supported")
        hidden, heads = given["hidden_size"], given["num_attention_heads"]
        if "head_dim" not in given and hidden % heads:
            raise ArgumentError(
                f"hidden_size ({hidden}) must be divisible by num_attention_heads ({heads})"
            )
        defaults = {
            "num_key_value_heads": heads,
            "intermediate_size": _mlp_size(hidden),
            "head_dim": hidden // heads,
        }
        names = cls.__dataclass_fields__
        known = {key: value for key, value in given.items() if key in names}
        known["rope_scaling"] = _settings(given, "rope_scaling")
        parameters = _settings(given, "rope_parameters")
        if parameters:
            known["rope_theta"] = parameters.pop("rope_theta", known.get("rope_theta", 10000.0))
            known["rope_scaling"] = parameters
        if isinstance(known.get("eos_token_id"), list):
            known["eos_token_id"] = tuple(known["eos_token_id"])
        return cls(**{**defaults, **known})


def _check_size(name: str, size: Any) -> None:
    if not isinstance(size, int) or size <= 0:
        raise ArgumentError(f"{name} must be a positive integer, got {value_text(size)}")


def _settings(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    settings = given.get(name) or {}
    if not isinstance(settings, Mapping):
        raise ArgumentError(f"{name} must be a map, got {value_text(settings)}")
    return dict(settings)


def _mlp_size(hidden: int) -> int:
    """Llama's own rule: 8/3 of the hidden size, rounded up to a multiple of 256."""
    return -(-8 * hidden // 3 // 256) * 256
