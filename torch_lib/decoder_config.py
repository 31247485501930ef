"""The sizes and constants of decoder models, and what tells their families apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch_lib.display import value_text
from torch_lib.errors import ArgumentError

__all__ = ["FAMILIES", "DecoderConfig", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """What models of one name have in common.

    Attributes:
        label: What people call them.
        architecture: Their class in the ``transformers`` library, as ``config.json`` names it.
        layer_norm: Norms subtract the mean and have a bias; else they are RMS norms.
        learned_positions: Positions have embeddings; else they turn queries and keys.
        gated: The MLP has a gate.
        qk_norm: Queries and keys are normalized, head by head.
        windowed: ``sliding_window`` counts unless the configuration says otherwise.
        biases: ``attention_bias``, ``output_bias`` and ``mlp_bias`` that the configuration implies.
    """

    label: str
    architecture: str
    layer_norm: bool = False
    learned_positions: bool = False
    gated: bool = True
    qk_norm: bool = False
    windowed: bool = False
    biases: Callable[[Mapping[str, Any]], tuple[bool, bool, bool]] = lambda given: (False,) * 3


def _as_told(given: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    attention = bool(given.get("attention_bias"))
    return attention, attention, bool(given.get("mlp_bias"))


FAMILIES = {
    "llama": Family("Llama", "LlamaForCausalLM", biases=_as_told),
    "mistral": Family("Mistral", "MistralForCausalLM", windowed=True),
    "qwen2": Family("Qwen 2", "Qwen2ForCausalLM", biases=lambda given: (True, False, False)),
    "qwen3": Family("Qwen 3", "Qwen3ForCausalLM", qk_norm=True, biases=_as_told),
    "gpt2": Family(
        "GPT-2",
        "GPT2LMHeadModel",
        layer_norm=True,
        learned_positions=True,
        gated=False,
        biases=lambda given: (True,) * 3,
    ),
}
"""The families by the ``model_type`` of ``config.json``."""

_SPELLINGS = {
    "embed_dim": "hidden_size",
    "num_heads": "num_attention_heads",
    "num_layers": "num_hidden_layers",
    "ff_dim": "intermediate_size",
    "max_seq_length": "max_position_embeddings",
    "n_embd": "hidden_size",
    "n_head": "num_attention_heads",
    "n_layer": "num_hidden_layers",
    "n_inner": "intermediate_size",
    "n_positions": "max_position_embeddings",
    "layer_norm_epsilon": "rms_norm_eps",
    "activation_function": "hidden_act",
}
_REQUIRED = ("vocab_size", "hidden_size", "num_attention_heads", "num_hidden_layers")
_GATED_ACTIVATIONS = ("silu",)
_PLAIN_ACTIVATIONS = ("gelu_new", "gelu_pytorch_tanh", "gelu", "relu")
_SLIDING = "sliding_attention"
_LARGEST = 2**24
"""No size of a model is beyond it; greater ones come from damaged files."""


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """The sizes and constants of a decoder, under the names of ``config.json``.

    Attributes:
        model_type: A key of ``FAMILIES``.
        rms_norm_eps: What norms add below the root, whichever kind they are.
        attention_bias: Whether queries, keys and values have one.
        output_bias: Whether the last projection of attention has one.
        use_sliding_window: Whether ``sliding_window`` counts.
        sliding_window: How many tokens, itself included, a token sees; None for all before it.
        layer_types: Which layers have that window, as ``config.json`` says; empty for every one.
    """

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    intermediate_size: int
    head_dim: int
    model_type: str = "llama"
    max_position_embeddings: int = 2048
    rms_norm_eps: float = 1e-6
    rope_theta: float = 10000.0
    rope_scaling: Mapping[str, Any] = field(default_factory=dict)
    hidden_act: str = "silu"
    tie_word_embeddings: bool = False
    attention_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    use_sliding_window: bool = False
    sliding_window: int | None = None
    layer_types: tuple[str, ...] = ()
    eos_token_id: int | tuple[int, ...] | None = None
    pad_token_id: int | None = None

    def __post_init__(self) -> None:
        sizes = ("head_dim", "num_key_value_heads", "intermediate_size", "max_position_embeddings")
        for name in (*sizes, *_REQUIRED):
            _check_size(name, getattr(self, name))
        if self.sliding_window is not None:
            _check_size("sliding_window", self.sliding_window)
        if self.num_attention_heads % self.num_key_value_heads:
            raise ArgumentError(
                f"num_attention_heads ({self.num_attention_heads}) must be divisible by "
                f"num_key_value_heads ({self.num_key_value_heads})"
            )
        added = self.rms_norm_eps
        if isinstance(added, bool) or not isinstance(added, int | float) or not 0 <= added < 1:
            raise ArgumentError(f"rms_norm_eps must be from 0 up to 1, got {value_text(added)}")
        known = _GATED_ACTIVATIONS if self.family.gated else _PLAIN_ACTIVATIONS
        if self.hidden_act not in known:
            wanted = " or ".join(value_text(name) for name in known)
            raise ArgumentError(f"hidden_act must be {wanted}, got {value_text(self.hidden_act)}")

    @property
    def family(self) -> Family:
        """What the model shares with others of its name."""
        return FAMILIES[self.model_type]

    @property
    def matrix_elements(self) -> int:
        """How many numbers the embeddings and projections hold, which is nearly all."""
        heads = 2 * self.num_attention_heads + 2 * self.num_key_value_heads
        mlp = (3 if self.family.gated else 2) * self.intermediate_size
        rows = self.num_hidden_layers * (heads * self.head_dim + mlp)
        rows += self.vocab_size * (1 if self.tie_word_embeddings else 2)
        if self.family.learned_positions:
            rows += self.max_position_embeddings
        return rows * self.hidden_size

    def window(self, layer: int) -> int | None:
        """How many tokens a token sees in a layer, None for all before it."""
        whole = self.layer_types and self.layer_types[layer] != _SLIDING
        return self.sliding_window if self.use_sliding_window and not whole else None

    @classmethod
    def read(cls, settings: Mapping[str, Any], model_type: str = "llama") -> DecoderConfig:
        """The configuration a map describes, in any spelling of its keys.

        Keys that do not concern the architecture are passed over.

        Args:
            settings: The map.
            model_type: The family, if the map does not say.

        Raises:
            ArgumentError: A size is missing or none, or the family is unknown.
        """
        given = {
            _SPELLINGS.get(key, key): value for key, value in settings.items() if value is not None
        }
        for name in _REQUIRED:
            if name not in given:
                raise ArgumentError(f'the configuration lacks "{name}"')
            _check_size(name, given[name])
        family_name = given.setdefault("model_type", model_type)
        if family_name not in FAMILIES:
            known_families = ", ".join(FAMILIES)
            raise ArgumentError(f'unknown model_type "{family_name}" (known: {known_families})')
        family = FAMILIES[family_name]
        hidden, heads = given["hidden_size"], given["num_attention_heads"]
        if "head_dim" not in given and hidden % heads:
            raise ArgumentError(
                f"hidden_size ({hidden}) must be divisible by num_attention_heads ({heads})"
            )
        biases = dict(
            zip(("attention_bias", "output_bias", "mlp_bias"), family.biases(given), strict=True)
        )
        defaults = {
            "num_key_value_heads": heads,
            "intermediate_size": _gated_size(hidden) if family.gated else 4 * hidden,
            "head_dim": hidden // heads,
            "hidden_act": "silu" if family.gated else "gelu_new",
            "rms_norm_eps": 1e-5 if family.layer_norm else 1e-6,
            "max_position_embeddings": 1024 if family.learned_positions else 2048,
            "tie_word_embeddings": family.learned_positions,
            "use_sliding_window": family.windowed,
            **biases,
        }
        known = {key: value for key, value in given.items() if key in cls.__dataclass_fields__}
        known["rope_scaling"] = _settings(given, "rope_scaling")
        parameters = _settings(given, "rope_parameters")
        if parameters:
            known["rope_theta"] = parameters.pop("rope_theta", known.get("rope_theta", 10000.0))
            known["rope_scaling"] = parameters
        if isinstance(known.get("eos_token_id"), list):
            known["eos_token_id"] = tuple(known["eos_token_id"])
        known["layer_types"] = _layer_types(given)
        return cls(**{**defaults, **known})


def _layer_types(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Which layers have a window: ``config.json`` lists them, or says where they begin."""
    layers = given["num_hidden_layers"]
    listed = tuple(given.get("layer_types") or ())
    if listed and len(listed) != layers:
        raise ArgumentError(f"layer_types names {len(listed)} layers of {layers}")
    first = given.get("max_window_layers")
    if listed or not isinstance(first, int):
        return listed
    return tuple(_SLIDING if layer >= first else "full_attention" for layer in range(layers))


def _check_size(name: str, size: Any) -> None:
    if not isinstance(size, int) or size <= 0:
        raise ArgumentError(f"{name} must be a positive integer, got {value_text(size)}")
    if size > _LARGEST:
        raise ArgumentError(f"{name} must be at most {_LARGEST}, got {size}")


def _settings(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    settings = given.get(name) or {}
    if not isinstance(settings, Mapping):
        raise ArgumentError(f"{name} must be a map, got {value_text(settings)}")
    return dict(settings)


def _gated_size(hidden: int) -> int:
    """Llama's own rule: 8/3 of the hidden size, rounded up to a multiple of 256."""
    return -(-8 * hidden // 3 // 256) * 256
