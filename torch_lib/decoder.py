"""Decoder language models: blocks of attention and MLP between an embedding and its inverse.

The configuration says which family a model is of: Llama, Mistral, Qwen 2, Qwen 3 or GPT-2. Module
names are those that the ``transformers`` library gives Llama models, so that state dicts move both
ways; GPT-2's are translated where files are read and written. B sequences, T tokens, E hidden size,
V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from torch_lib.decoder_config import DecoderConfig
from torch_lib.decoder_layers import (
    FeedForward,
    GroupedQueryAttention,
    RMSNorm,
    Rotation,
    SwiGLU,
)
from torch_lib.devices import current_device
from torch_lib.errors import CheckpointError, ShapeError
from torch_lib.kinds import kind
from torch_lib.kv_cache import KVCache, LayerCache
from torch_lib.layers import check_ids, whole_ids
from torch_lib.memory import check_room
from torch_lib.rotary import RotaryEmbedding
from torch_lib.state_dicts import check_fit
from torch_lib.tied_embedding import RowSource, TiedEmbedding
from torch_lib.tokenizers import Tokenizer

__all__ = [
    "DecoderBlock",
    "DecoderModel",
    "gpt2_model",
    "llama_block",
    "llama_model",
]


@kind("decoder_block")
class DecoderBlock(nn.Module):
    """Attention and MLP, each behind a norm and added to its input.

    Args:
        config: That of the model.
        layer: Its place in the model, counted from 0.
    """

    attends = True

    def __init__(self, config: DecoderConfig | Mapping[str, Any], layer: int = 0) -> None:
        super().__init__()
        self.config = config = _config(config)
        self.layer = layer
        self.self_attn = GroupedQueryAttention(
            config.hidden_size,
            config.num_attention_heads,
            config.num_key_value_heads,
            config.head_dim,
            config.attention_bias,
            config.output_bias,
            config.rms_norm_eps if config.family.qk_norm else None,
            config.window(layer),
        )
        self.mlp = _mlp(config)
        self.input_layernorm = _norm(config)
        self.post_attention_layernorm = _norm(config)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        rotation: Rotation | None = None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """``(B, T, E)`` to ``(B, T, E)``, causal; see ``GroupedQueryAttention``."""
        if rotation is None:
            rotation = _rotation(_rotary(self.config), 0, x.size(-2), x)
        x = x + self.self_attn(self.input_layernorm(x), mask, rotation, cache, causal=True)
        output: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return output

    def configuration(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"config": asdict(self.config), "layer": self.layer}

    def summary(self) -> str:
        """The printed line."""
        config = self.config
        return (
            f"PyTorch {config.family.label} Block (hidden={config.hidden_size}, "
            f"heads={config.num_attention_heads}, kv_heads={config.num_key_value_heads})"
        )


class DecoderStack(nn.Module):
    """Embedding, blocks and last norm: everything below the output projection.

    Attributes:
        recomputes: Whether blocks are computed again in the backward pass rather than stored.
    """

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.recomputes = False
        self.embed_tokens = _embedding(config.vocab_size, config.hidden_size)
        if config.family.learned_positions:
            self.embed_positions = _embedding(config.max_position_embeddings, config.hidden_size)
        self.layers = nn.ModuleList(
            DecoderBlock(config, layer) for layer in range(config.num_hidden_layers)
        )
        self.norm = _norm(config)
        self.rotary = _rotary(config)
        self._context_length = config.max_position_embeddings

    def forward(self, ids: Tensor, mask: Tensor | None, cache: KVCache | None) -> Tensor:
        """Hidden states ``(B, T, E)`` of ``ids``, which follow the tokens in ``cache``."""
        start = 0 if cache is None else cache.length
        hidden = self.embed_tokens(ids)
        if self.rotary is None:
            self._check_length(start + ids.size(1))
            positions = torch.arange(start, start + ids.size(1), device=ids.device)
            hidden = hidden + self.embed_positions(positions)
        rotation = _rotation(self.rotary, start, ids.size(1), hidden)
        recomputes = self.recomputes and cache is None and torch.is_grad_enabled()
        for number, block in enumerate(self.layers):
            if recomputes:
                hidden = checkpoint(block, hidden, mask, rotation, use_reentrant=False)
                continue
            layer_cache = None if cache is None else cache.layers[number]
            hidden = block(hidden, mask, rotation, layer_cache)
        if cache is not None:
            cache.advance(ids.size(1))
        normed: Tensor = self.norm(hidden)
        return normed

    def _check_length(self, length: int) -> None:
        if length > self._context_length:
            raise ShapeError(f"{length} tokens, the model reads at most {self._context_length}")


@kind("decoder")
class DecoderModel(nn.Module):
    """A decoder language model.

    Attributes:
        tokenizer: The tokenizer that came with the weights, if any.
    """

    attends = True
    takes_ids = True

    def __init__(self, config: DecoderConfig | Mapping[str, Any]) -> None:
        super().__init__()
        self.config = config = _config(config)
        self.model = DecoderStack(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.tokenizer: Tokenizer | None = None
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding) and not module.weight.is_meta:
                nn.init.normal_(module.weight, std=0.02)
        self.tie()

    @classmethod
    def from_weights(cls, config: DecoderConfig, weights: Mapping[str, Tensor]) -> DecoderModel:
        """A model whose parameters are the tensors ``weights`` themselves, not copies.

        Raises:
            CheckpointError: They do not fit the configuration.
        """
        if config.num_hidden_layers > len(weights):
            named = f"{config.num_hidden_layers} layers are configured"
            raise CheckpointError(f"weights do not fit: {named}, {len(weights)} tensors given")
        with torch.device("meta"):
            model = cls(config)
        check_fit(model, weights)
        model.load_state_dict(weights, assign=True, strict=False)
        model.tie()
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
        weight = cast("Tensor", self.model.norm.weight)
        return KVCache(
            [self.config.window(layer) for layer in range(self.config.num_hidden_layers)],
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
            f"PyTorch {config.family.label} Model (layers={config.num_hidden_layers}, "
            f"hidden={config.hidden_size}, heads={config.num_attention_heads}, "
            f"kv_heads={config.num_key_value_heads}, vocab={config.vocab_size})"
        )

    def tie(self) -> None:
        """Let embedding and output layer have the same weights, where they are to have them."""
        if isinstance(self.model.embed_tokens, TiedEmbedding):
            self.model.embed_tokens.take_rows_of(cast("RowSource", self.lm_head))
        elif self.config.tie_word_embeddings and isinstance(self.lm_head, nn.Linear):
            self.lm_head.weight = self.model.embed_tokens.weight


def llama_block(config: Mapping[str, Any]) -> DecoderBlock:
    """One block of a Llama model: causal attention with rotary positions, then the gated MLP.

    Args:
        config: As for ``llama_model``.

    Example:
        (setq config {"vocab_size":50 "hidden_size":16 "num_heads":4 "num_layers":1})
        (torch_llama_block config)
        ; => PyTorch Llama Block (hidden=16, heads=4, kv_heads=4)
    """
    return DecoderBlock(config).to(current_device())


def llama_model(config: Mapping[str, Any]) -> DecoderModel:
    """A Llama model with random weights, or one of a related family.

    Args:
        config: A map with ``vocab_size``, ``hidden_size`` (or ``embed_dim``),
            ``num_attention_heads`` (``num_heads``), ``num_hidden_layers`` (``num_layers``), and
            optionally ``num_key_value_heads``, ``intermediate_size`` (``ff_dim``),
            ``max_position_embeddings`` (``max_seq_length``), ``rms_norm_eps``, ``rope_theta``,
            ``rope_scaling``, ``tie_word_embeddings``, ``head_dim``, ``attention_bias``,
            ``mlp_bias``, ``sliding_window``, ``use_sliding_window``, ``eos_token_id``,
            ``pad_token_id`` and ``model_type``: ``"llama"``, ``"mistral"``, ``"qwen2"``,
            ``"qwen3"`` or ``"gpt2"``.

    Raises:
        ArgumentError: A size is missing or none, or sizes do not fit each other.

    Example:
        (torch_llama_model {"vocab_size":50 "hidden_size":16 "num_heads":4 "num_layers":2})
        ; => PyTorch Llama Model (layers=2, hidden=16, heads=4, kv_heads=4, vocab=50)
    """
    return _made(DecoderConfig.read(config))


def gpt2_model(config: Mapping[str, Any]) -> DecoderModel:
    """A GPT-2 model with random weights.

    Args:
        config: A map with ``vocab_size``, ``n_embd`` (or ``hidden_size``, ``embed_dim``),
            ``n_head`` (``num_heads``), ``n_layer`` (``num_layers``), and optionally
            ``n_positions`` (``max_seq_length``), ``n_inner`` (``ff_dim``),
            ``layer_norm_epsilon``, ``activation_function``, ``tie_word_embeddings``,
            ``eos_token_id``, ``pad_token_id``.

    Raises:
        ArgumentError: A size is missing or none, or sizes do not fit each other.

    Example:
        (torch_gpt2_model {"vocab_size":50 "n_embd":16 "n_head":4 "n_layer":2})
        ; => PyTorch GPT-2 Model (layers=2, hidden=16, heads=4, kv_heads=4, vocab=50)
    """
    return _made(DecoderConfig.read(config, "gpt2"))


def _made(config: DecoderConfig) -> DecoderModel:
    check_room((config.matrix_elements,), torch.float32, torch.device("cpu"))
    return DecoderModel(config).to(current_device())


def _config(config: DecoderConfig | Mapping[str, Any]) -> DecoderConfig:
    return config if isinstance(config, DecoderConfig) else DecoderConfig.read(config)


def _embedding(rows: int, size: int) -> nn.Embedding:
    """A table without numbers yet: on the meta device, ``nn.Embedding`` would load a compiler."""
    return nn.Embedding(rows, size, _weight=torch.empty(rows, size))


def _norm(config: DecoderConfig) -> nn.Module:
    if config.family.layer_norm:
        return nn.LayerNorm(config.hidden_size, config.rms_norm_eps)
    return RMSNorm(config.hidden_size, config.rms_norm_eps)


def _mlp(config: DecoderConfig) -> nn.Module:
    sizes = config.hidden_size, config.intermediate_size
    if config.family.gated:
        return SwiGLU(*sizes, config.mlp_bias)
    return FeedForward(*sizes, config.hidden_act, config.mlp_bias)


def _rotary(config: DecoderConfig) -> RotaryEmbedding | None:
    if config.family.learned_positions:
        return None
    return RotaryEmbedding(
        config.head_dim, config.max_position_embeddings, config.rope_theta, config.rope_scaling
    )


def _rotation(
    rotary: RotaryEmbedding | None, start: int, count: int, hidden: Tensor
) -> Rotation | None:
    """Cosines and sines of ``count`` positions, as ``hidden`` is turned by them."""
    if rotary is None:
        return None
    cosines, sines = rotary(torch.arange(start, start + count, device=hidden.device))
    return cosines.to(hidden.dtype), sines.to(hidden.dtype)
