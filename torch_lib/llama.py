"""The Llama architecture: blocks of attention and MLP between an embedding and its inverse.

Module names are Hugging Face's, so that state dicts move both ways.
B sequences, T tokens, E hidden size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from torch_lib.devices import current_device
from torch_lib.errors import ShapeError
from torch_lib.kinds import kind
from torch_lib.kv_cache import KVCache, LayerCache
from torch_lib.layers import check_ids, whole_ids
from torch_lib.llama_config import LlamaConfig
from torch_lib.llama_layers import GroupedQueryAttention, RMSNorm, Rotation, SwiGLU
from torch_lib.rotary import RotaryEmbedding
from torch_lib.state_dicts import check_fit
from torch_lib.tokenizers import Tokenizer

__all__ = [
    "LlamaBlock",
    "LlamaModel",
    "llama_block",
    "llama_model",
]


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
        if cache is None and ids.device.type != "cpu":  # with a cache, they were checked before
            check_ids(ids, self.config.vocab_size)
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


def _rotary(config: LlamaConfig) -> RotaryEmbedding:
    return RotaryEmbedding(
        config.head_dim, config.max_position_embeddings, config.rope_theta, config.rope_scaling
    )
