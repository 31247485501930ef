"""The Llama architecture: rotary positions, RMS norms, grouped-query attention, gated MLP.

Module names are Hugging Face's, so that state dicts move both ways.
B sequences, T tokens, E hidden size, H query heads, K key/value heads, D head size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.kinds import kind
from torch_lib.kv_cache import KVCache, LayerCache
from torch_lib.layers import check_ids, whole_ids
from torch_lib.masks import attention_mask
from torch_lib.rotary import RotaryEmbedding, apply_rotary_pos_emb
from torch_lib.state_dicts import check_fit
from torch_lib.tokenizers import Tokenizer

__all__ = [
    "GroupedQueryAttention",
    "LlamaBlock",
    "LlamaConfig",
    "LlamaModel",
    "RMSNorm",
    "SwiGLU",
    "gqa_attention",
    "llama_block",
    "llama_model",
    "rms_norm_layer",
    "swiglu",
]

Rotation = tuple[Tensor, Tensor]

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
            size = getattr(self, name)
            if not isinstance(size, int) or size <= 0:
                raise ArgumentError(f"{name} must be a positive integer, got {size}")
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
        if given.get("hidden_act", "silu") != "silu":
            raise ArgumentError(f'hidden_act must be "silu", got "{given["hidden_act"]}"')
        if given.get("mlp_bias"):
            raise ArgumentError("mlp_bias is not supported")
        hidden, heads = given["hidden_size"], given["num_attention_heads"]
        if "head_dim" not in given and (not isinstance(heads, int) or heads <= 0 or hidden % heads):
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
        known["rope_scaling"] = dict(given.get("rope_scaling") or {})
        parameters = dict(given.get("rope_parameters") or {})
        if parameters:
            known["rope_theta"] = parameters.pop("rope_theta", known.get("rope_theta", 10000.0))
            known["rope_scaling"] = parameters
        if isinstance(known.get("eos_token_id"), list):
            known["eos_token_id"] = tuple(known["eos_token_id"])
        return cls(**{**defaults, **known})


@kind("rms_norm")
class RMSNorm(nn.RMSNorm):
    """Division by the root of the mean square of the channels, times a learned weight."""

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        super().__init__(dim, eps)
        self.dim = dim

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"dim": self.dim, "eps": self.eps}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch RMS Normalization ({self.dim})"


@kind("swiglu")
class SwiGLU(nn.Module):
    """The gated MLP: ``down(silu(gate x) · up x)``, without bias."""

    def __init__(self, dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.hidden_dim = hidden_dim
        self.gate_proj = nn.Linear(dim, hidden_dim, bias=False)
        self.up_proj = nn.Linear(dim, hidden_dim, bias=False)
        self.down_proj = nn.Linear(hidden_dim, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """``(… E)`` to ``(… E)``."""
        projected: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return projected

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"dim": self.dim, "hidden_dim": self.hidden_dim}

    def summary(self) -> str:
        """The printed line."""
        return f"PyTorch SwiGLU ({self.dim} -> {self.hidden_dim} -> {self.dim})"


@kind("gqa_attention")
class GroupedQueryAttention(nn.Module):
    """Attention in which several query heads share the keys and values of one head."""

    attends = True

    def __init__(
        self,
        dim: int,
        num_heads: int,
        num_kv_heads: int,
        head_dim: int | None = None,
        bias: bool = False,
    ) -> None:
        super().__init__()
        if num_heads % num_kv_heads:
            raise ArgumentError(
                f"num_heads ({num_heads}) must be divisible by num_kv_heads ({num_kv_heads})"
            )
        if head_dim is None and dim % num_heads:
            raise ArgumentError(f"dim ({dim}) must be divisible by num_heads ({num_heads})")
        self.dim = dim
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = dim // num_heads if head_dim is None else head_dim
        self.bias = bias
        self.q_proj = nn.Linear(dim, num_heads * self.head_dim, bias=bias)
        self.k_proj = nn.Linear(dim, num_kv_heads * self.head_dim, bias=bias)
        self.v_proj = nn.Linear(dim, num_kv_heads * self.head_dim, bias=bias)
        self.o_proj = nn.Linear(num_heads * self.head_dim, dim, bias=False)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        rotation: Rotation | None = None,
        cache: LayerCache | None = None,
        causal: bool = False,
    ) -> Tensor:
        """Attend from every token to those that ``mask`` and ``causal`` allow.

        Args:
            x: ``(B, T, E)``.
            mask: Any mask of the attention functions.
            rotation: Cosines and sines by which queries and keys turn, ``(T, D)`` each.
            cache: Earlier tokens' keys and values; those of ``x`` are added.
            causal: Let a token attend to itself and earlier ones only.

        Returns:
            ``(B, T, E)``.
        """
        queries = self._heads(self.q_proj(x), self.num_heads)
        keys = self._heads(self.k_proj(x), self.num_kv_heads)
        values = self._heads(self.v_proj(x), self.num_kv_heads)
        if rotation is not None:
            queries = apply_rotary_pos_emb(queries, *rotation)
            keys = apply_rotary_pos_emb(keys, *rotation)
        if cache is not None:
            keys, values = cache.extend(keys, values)
        attended = _attend(queries, keys, values, mask, causal)
        output: Tensor = self.o_proj(attended.transpose(1, 2).flatten(2))
        return output

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        names = ("dim", "num_heads", "num_kv_heads", "head_dim", "bias")
        return {name: getattr(self, name) for name in names}

    def summary(self) -> str:
        """The printed line."""
        return (
            f"PyTorch Grouped-Query Attention (dim={self.dim}, num_heads={self.num_heads}, "
            f"num_kv_heads={self.num_kv_heads})"
        )

    def _heads(self, projected: Tensor, heads: int) -> Tensor:
        return projected.view(*projected.shape[:-1], heads, self.head_dim).transpose(1, 2)


@kind("llama_block")
class LlamaBlock(nn.Module):
    """Attention and MLP, each behind a norm and added to its input."""

    attends = True

    def __init__(self, config: LlamaConfig | Mapping[str, Any]) -> None:
        super().__init__()
        self.config = config = _config(config)
        self.self_attn = GroupedQueryAttention(
            config.hidden_size,
            config.num_attention_heads,
            config.num_key_value_heads,
            config.head_dim,
            config.attention_bias,
        )
        self.mlp = SwiGLU(config.hidden_size, config.intermediate_size)
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        rotation: Rotation | None = None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """``(B, T, E)`` to ``(B, T, E)``, causal; see ``GroupedQueryAttention``."""
        if rotation is None:
            rotation = _rotary(self.config)(torch.arange(x.size(-2), device=x.device))
        x = x + self.self_attn(self.input_layernorm(x), mask, rotation, cache, causal=True)
        output: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return output

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"config": asdict(self.config)}

    def summary(self) -> str:
        """The printed line."""
        config = self.config
        return (
            f"PyTorch Llama Block (hidden={config.hidden_size}, "
            f"heads={config.num_attention_heads}, kv_heads={config.num_key_value_heads})"
        )


class LlamaDecoder(nn.Module):
    """Embedding, blocks and last norm: everything below the output projection."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(LlamaBlock(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.rotary = _rotary(config)

    def forward(self, ids: Tensor, mask: Tensor | None, cache: KVCache | None) -> Tensor:
        """Hidden states ``(B, T, E)`` of ``ids``, which follow the tokens in ``cache``."""
        start = 0 if cache is None else cache.length
        positions = torch.arange(start, start + ids.size(1), device=ids.device)
        hidden = self.embed_tokens(ids)
        cosines, sines = self.rotary(positions)
        rotation = cosines.to(hidden.dtype), sines.to(hidden.dtype)
        for number, block in enumerate(self.layers):
            layer_cache = None if cache is None else cache.layers[number]
            hidden = block(hidden, mask, rotation, layer_cache)
        if cache is not None:
            cache.advance(ids.size(1))
        normed: Tensor = self.norm(hidden)
        return normed


@kind("llama")
class LlamaModel(nn.Module):
    """A Llama language model.

    Attributes:
        tokenizer: The tokenizer that came with the weights, if any.
    """

    attends = True
    takes_ids = True

    def __init__(self, config: LlamaConfig | Mapping[str, Any]) -> None:
        super().__init__()
        self.config = config = _config(config)
        self.model = LlamaDecoder(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.tokenizer: Tokenizer | None = None
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
        self._tie()

    @classmethod
    def from_weights(cls, config: LlamaConfig, weights: Mapping[str, Tensor]) -> LlamaModel:
        """A model whose parameters are the tensors ``weights`` themselves, not copies.

        Raises:
            CheckpointError: They do not fit the configuration.
        """
        with torch.device("meta"):
            model = cls(config)
        check_fit(model, weights)
        model.load_state_dict(weights, assign=True, strict=False)
        model._tie()
        return model

    @property
    def context_length(self) -> int:
        """The longest sequence the model was made for."""
        return self.config.max_position_embeddings

    def forward(
        self,
        ids: Tensor,
        mask: Tensor | None = None,
        cache: KVCache | None = None,
        last_only: bool = False,
    ) -> Tensor:
        """Logits of the token after each one.

        Args:
            ids: int64 ``(B, T)``, or ``(T,)`` for one sequence.
            mask: Any mask of the attention functions; attention is causal besides.
            cache: What the model has read before ``ids``; they are added.
            last_only: Give the logits after the last token only.

        Returns:
            ``(B, T, V)``, or ``(T, V)`` for one sequence.
        """
        ids = whole_ids(ids)
        if ids.dim() == 1:
            unbatched: Tensor = self(ids[None], mask, cache, last_only)
            return unbatched[0]
        if ids.dim() != 2:
            raise ShapeError(f"token ids must have 1 or 2 dimensions, got {ids.dim()}")
        try:
            hidden = self.model(ids, mask, cache)
        except IndexError:
            check_ids(ids, self.config.vocab_size)
            raise
        logits: Tensor = self.lm_head(hidden[:, -1:] if last_only else hidden)
        return logits

    def new_cache(self, batch: int, capacity: int) -> KVCache:
        """An empty cache for ``batch`` sequences of up to ``capacity`` tokens."""
        weight = self.lm_head.weight
        return KVCache(
            self.config.num_hidden_layers,
            batch,
            self.config.num_key_value_heads,
            capacity,
            self.config.head_dim,
            device=weight.device,
            dtype=weight.dtype,
        )

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"config": asdict(self.config)}

    def summary(self) -> str:
        """The printed line."""
        config = self.config
        return (
            f"PyTorch Llama Model (layers={config.num_hidden_layers}, "
            f"hidden={config.hidden_size}, heads={config.num_attention_heads}, "
            f"kv_heads={config.num_key_value_heads}, vocab={config.vocab_size})"
        )

    def _tie(self) -> None:
        if self.config.tie_word_embeddings:
            self.lm_head.weight = self.model.embed_tokens.weight


def rms_norm_layer(dim: int, eps: float = 1e-5) -> RMSNorm:
    """A layer that divides by the root of the mean square of its ``dim`` channels."""
    return RMSNorm(dim, eps).to(current_device())


def swiglu(dim: int, hidden_dim: int) -> SwiGLU:
    """The gated MLP of Llama, ``down(silu(gate x) · up x)``, without bias."""
    return SwiGLU(dim, hidden_dim).to(current_device())


def gqa_attention(
    dim: int, num_heads: int, num_kv_heads: int, head_dim: int | None = None
) -> GroupedQueryAttention:
    """Self-attention in which groups of query heads share keys and values."""
    return GroupedQueryAttention(dim, num_heads, num_kv_heads, head_dim).to(current_device())


def llama_block(config: Mapping[str, Any]) -> LlamaBlock:
    """One block of a Llama model: causal attention with rotary positions, then the gated MLP.

    Args:
        config: As for ``llama_model``.
    """
    return LlamaBlock(config).to(current_device())


def llama_model(config: Mapping[str, Any]) -> LlamaModel:
    """A Llama model with random weights.

    Args:
        config: A map with ``vocab_size``, ``hidden_size`` (or ``embed_dim``),
            ``num_attention_heads`` (``num_heads``), ``num_hidden_layers`` (``num_layers``), and
            optionally ``num_key_value_heads``, ``intermediate_size`` (``ff_dim``),
            ``max_position_embeddings`` (``max_seq_length``), ``rms_norm_eps``, ``rope_theta``,
            ``rope_scaling``, ``tie_word_embeddings``, ``head_dim``, ``attention_bias``,
            ``eos_token_id``, ``pad_token_id``.
    """
    return LlamaModel(config).to(current_device())


def _config(config: LlamaConfig | Mapping[str, Any]) -> LlamaConfig:
    return config if isinstance(config, LlamaConfig) else LlamaConfig.read(config)


def _mlp_size(hidden: int) -> int:
    """Llama's own rule: 8/3 of the hidden size, rounded up to a multiple of 256."""
    return -(-8 * hidden // 3 // 256) * 256


def _rotary(config: LlamaConfig) -> RotaryEmbedding:
    return RotaryEmbedding(
        config.head_dim, config.max_position_embeddings, config.rope_theta, config.rope_scaling
    )


def _attend(
    queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, causal: bool
) -> Tensor:
    """Average ``(B, K, T, D)`` values by queries ``(B, H, S, D)`` of the last S of T tokens."""
    allowed = None if mask is None else attention_mask(mask, queries, keys)
    asked, known = queries.size(2), keys.size(2)
    plain = allowed is None and asked == known
    if causal and asked > 1 and not plain:
        earlier = torch.ones(asked, known, dtype=torch.bool, device=queries.device)
        allowed = _within(allowed, earlier.tril(known - asked))
    return F.scaled_dot_product_attention(
        queries, keys, values, allowed, is_causal=causal and plain, enable_gqa=True
    )


def _within(allowed: Tensor | None, earlier: Tensor) -> Tensor:
    if allowed is None:
        return earlier
    if allowed.dtype == torch.bool:
        return allowed & earlier
    return allowed.masked_fill(~earlier, -torch.inf)
