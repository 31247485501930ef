"""A decoder model as generation runs it: the blocks as straight-line code over rows of numbers.

The modules define the model; this computes the same with the fewest operators, for at one token a
time each costs more than what it computes. Queries, keys and values come from one multiplication
where the layers can be joined. Rotary pairs are complex numbers. RMS norm is the layer norm of
``(x, -x)``, whose mean is 0 and whose variance is the mean square of x: PyTorch has one fast
operator for layer norm on a processor, and ten for RMS norm.

B sequences, T new tokens, M = B · T rows, E hidden size, H query heads, K key/value heads, D head
size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torch_lib.decoder import DecoderBlock, DecoderModel
from torch_lib.decoder_layers import FeedForward, GroupedQueryAttention, RMSNorm, SwiGLU
from torch_lib.engine_layers import EngineLayer, Norm
from torch_lib.kv_cache import StaticCache
from torch_lib.projections import Projection, gated, is_projection, joined, projection, row_type
from torch_lib.single_row import single_row
from torch_lib.tied_embedding import TiedEmbedding

__all__ = ["DecoderEngine", "engine_for"]

Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""From the number of a layer and its queries, keys and values to ``(B, H, T, D)``."""


def engine_for(model: nn.Module) -> DecoderEngine | None:
    """What runs ``model``, or None where only its modules can."""
    if not isinstance(model, DecoderModel) or not _runs(model):
        return None
    return DecoderEngine(model)


class DecoderEngine:
    """The forward pass of ``model`` with its weights as they are now.

    Args:
        model: One that ``engine_for`` accepts.
    """

    def __init__(self, model: DecoderModel) -> None:
        config = model.config
        self.config = config
        self._stack = model.model
        blocks = cast("Iterable[DecoderBlock]", model.model.layers)
        self._type = row_type(model.model.layers[0].get_submodule("mlp.down_proj"))
        self._twofold = not config.family.layer_norm
        device = cast("Tensor", model.model.norm.weight).device
        self._signs = torch.tensor([[1.0], [-1.0]], device=device)
        self._layers = [self._layer(block) for block in blocks]
        self._last_norm = self._norm(model.model.norm)
        self._head = projection(model.lm_head)
        self._head_type = row_type(model.lm_head)
        self.device = device
        # In float32 a processor attends faster; a GPU in the type of the weights.
        self._attention_type = torch.float32 if device.type == "cpu" else self._type
        sizes = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        simple = self._twofold and device.type == "cpu" and not config.family.qk_norm
        self._single = single_row(self._layers, *sizes, self._type) if simple else None

    def new_cache(self, batch: int, capacity: int, stepping: bool = False) -> StaticCache:
        """An empty cache for ``batch`` sequences of up to ``capacity`` tokens.

        Args:
            batch: B.
            capacity: How many tokens to have room for.
            stepping: Whether ``step`` will use it.
        """
        config = self.config
        heads, size = config.num_key_value_heads, config.head_dim
        layers, dtype = config.num_hidden_layers, self._attention_type
        return StaticCache(layers, batch, heads, capacity, size, self.device, dtype, stepping)

    def logits(
        self, ids: Tensor, cache: StaticCache, padding: Tensor | None = None, last: bool = True
    ) -> Tensor:
        """Read tokens that follow those in ``cache``, and add them to it.

        Args:
            ids: int64 ``(B, T)``.
            cache: What has been read.
            padding: How many of the first tokens of each sequence are none, int64 ``(B,)``.
            last: Give the logits after the last token only.

        Returns:
            float32 ``(B, V)``, or else ``(B, T, V)``.
        """
        batch, count = ids.shape
        start, end = cache.length, cache.length + count
        cache.make_room(end)
        positions = torch.arange(start, end, device=ids.device)
        mask = _mask(start, count, padding, self.device)
        new_keys, new_values = cache.views(start, end)
        all_keys, all_values = cache.views(0, end)
        if self._single is not None and batch * count == 1 and padding is None:
            hidden, rotation = self._entrance(ids, positions[None], None)
            assert rotation is not None
            hidden = self._single(hidden, rotation, new_keys, new_values, all_keys, all_values)
            cache.length = end
            logits = self._outputs(hidden)
            return logits if last else logits[None]

        def attend(number: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            new_keys[number].copy_(keys)
            new_values[number].copy_(values)
            window = self._layers[number].window
            return _attend(queries, all_keys[number], all_values[number], mask, start, window)

        hidden = self._blocks(ids, positions, padding, attend)
        cache.length = end
        if last:
            hidden = hidden.view(batch, count, *hidden.shape[1:])[:, -1]
        logits = self._outputs(hidden)
        return logits if last else logits.view(batch, count, -1)

    def step(self, ids: Tensor, position: Tensor, cache: StaticCache) -> Tensor:
        """Read one token of each sequence by operators whose shapes are always the same.

        It costs more than ``logits``, for attention sees all that the cache has room for; but a GPU
        can repeat what it recorded once.

        Args:
            ids: int64 ``(B, 1)``.
            position: How many tokens were read before, int64 ``(1,)``; the caller counts.
            cache: What has been read.

        Returns:
            float32 ``(B, V)``.
        """
        known = torch.arange(cache.capacity, device=ids.device)
        all_keys, all_values = cache.views(0, cache.capacity)

        def attend(number: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            all_keys[number].index_copy_(2, position, keys)
            all_values[number].index_copy_(2, position, values)
            window = self._layers[number].window
            mask = known <= position
            if window is not None:
                mask = mask & (known > position - window)
            return F.scaled_dot_product_attention(
                queries,
                all_keys[number],
                all_values[number],
                mask[None, None, None],
                enable_gqa=True,
            )

        hidden = self._blocks(ids, position, None, attend)
        return self._outputs(hidden)

    def _blocks(
        self, ids: Tensor, positions: Tensor, padding: Tensor | None, attend: Attend
    ) -> Tensor:
        """Hidden states after the last block, of ids ``(B, T)`` at ``positions`` ``(T,)``."""
        batch, count = ids.shape
        hidden, rotation = self._entrance(ids, positions[None], padding)
        for number, layer in enumerate(self._layers):
            rows = layer.queries_keys_values(layer.before_attention(hidden))
            heads = self._heads(rows.view(batch, count, -1), layer, rotation)
            attended = attend(number, *heads)
            rows = attended.transpose(1, 2).reshape(batch * count, -1).to(self._type)
            hidden = self._added(hidden, layer.output(rows))
            rows = layer.inner(layer.before_mlp(hidden)).to(self._type)
            hidden = self._added(hidden, layer.down(rows))
        return hidden

    def _entrance(
        self, ids: Tensor, positions: Tensor, padding: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        """Hidden states of the tokens, and by what their queries and keys turn.

        Returns:
            ``(M, 2, E)``, or ``(M, E)`` before layer norms; complex ``(B or 1, T, 1, D / 2)``.
        """
        stack = self._stack
        embedded = stack.embed_tokens(ids).flatten(0, 1).float()
        if padding is not None:
            positions = (positions - padding[:, None]).clamp_min_(0)
        if stack.rotary is None:
            places = stack.embed_positions(positions).expand(*ids.shape, -1)
            return embedded + places.flatten(0, 1), None
        cosines, sines = stack.rotary(positions.flatten())
        half = cosines.size(-1) // 2
        turns = torch.complex(cosines[:, :half], sines[:, :half])
        rotation = turns.view(*positions.shape, 1, half)
        return embedded[:, None] * self._signs, rotation

    def _heads(
        self, rows: Tensor, layer: EngineLayer, rotation: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries ``(B, H, T, D)``, keys and values ``(B, K, T, D)`` from what was projected."""
        config = self.config
        size, asking = config.head_dim, config.num_attention_heads
        turned = asking + config.num_key_value_heads
        heads = rows.float().view(*rows.shape[:2], -1, size)
        both, values = heads[:, :, :turned], heads[:, :, turned:]
        if layer.query_norm is not None and layer.key_norm is not None:
            normed = layer.query_norm(both[:, :, :asking]), layer.key_norm(both[:, :, asking:])
            both = torch.cat(normed, 2)
        if rotation is not None:
            half = size // 2
            pairs = torch.complex(both[..., :half], both[..., half:])
            both = torch.view_as_real(pairs * rotation).flatten(-2)
        both = both.transpose(1, 2).to(self._attention_type)
        return both[:, :asking], both[:, asking:], values.transpose(1, 2).to(both.dtype)

    def _outputs(self, hidden: Tensor) -> Tensor:
        """Logits, float32, of hidden states after the last block."""
        return self._head(self._last_norm(hidden).to(self._head_type)).float()

    def _added(self, hidden: Tensor, output: Tensor) -> Tensor:
        if self._twofold:
            return torch.addcmul(hidden, self._signs, output[:, None])
        return hidden + output

    def _layer(self, block: DecoderBlock) -> EngineLayer:
        attention, mlp = block.self_attn, cast("SwiGLU | FeedForward", block.mlp)
        if isinstance(mlp, SwiGLU):
            inner = gated(mlp.gate_proj, mlp.up_proj)
        else:
            inner = _activated(projection(mlp.up_proj), mlp.activation)
        qk_norm = attention.qk_norm_eps is not None
        return EngineLayer(
            self._norm(block.input_layernorm),
            joined((attention.q_proj, attention.k_proj, attention.v_proj)),
            attention.q_norm.float() if qk_norm else None,
            attention.k_norm.float() if qk_norm else None,
            projection(attention.o_proj),
            self._norm(block.post_attention_layernorm),
            inner,
            projection(mlp.down_proj),
            attention.window,
        )

    def _norm(self, norm: nn.Module) -> Norm:
        """``norm`` from hidden states to rows as projections want them."""
        rows_type = self._type
        if isinstance(norm, nn.LayerNorm):
            weight, bias, size = norm.weight.float(), norm.bias.float(), norm.normalized_shape
            eps = norm.eps
            return lambda hidden: torch.layer_norm(hidden, size, weight, bias, eps).to(rows_type)
        rms_norm = cast("RMSNorm", norm)
        own = rms_norm.weight.detach().float()
        twice, twice_eps = torch.stack((own, torch.zeros_like(own))), rms_norm.eps or 0.0
        shape = twice.shape

        def divide(hidden: Tensor) -> Tensor:
            normed = torch.layer_norm(hidden, shape, twice, None, twice_eps)
            return normed.select(1, 0).to(rows_type)

        return divide


def _activated(up: Projection, activation: Callable[[Tensor], Tensor]) -> Projection:
    return lambda rows: activation(up(rows))


def _mask(start: int, count: int, padding: Tensor | None, device: torch.device) -> Tensor | None:
    """Which tokens each new one may see: ``(B or 1, 1, T, start + T)``; None for all before it."""
    if padding is None and (start == 0 or count == 1):
        return None
    known = torch.arange(start + count, device=device)
    mask = known <= torch.arange(start, start + count, device=device)[:, None]
    if padding is None:
        return mask[None, None]
    own = mask[None, None] & (known >= padding[:, None])[:, None, None]
    return own | (known == torch.arange(start, start + count, device=device)[:, None])


def _attend(
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    mask: Tensor | None,
    start: int,
    window: int | None,
) -> Tensor:
    count, known = queries.size(2), keys.size(2)
    if window is not None and known > window:
        if count == 1:
            keys, values = keys[:, :, -window:], values[:, :, -window:]
            mask = None if mask is None else mask[..., -window:]
        else:
            near = torch.ones(count, known, dtype=torch.bool, device=queries.device)
            near = near.tril(start).triu(start - window + 1)
            mask = near if mask is None else mask & near
    causal = mask is None and count > 1
    return F.scaled_dot_product_attention(
        queries, keys, values, mask, is_causal=causal, enable_gqa=True
    )


def _runs(model: DecoderModel) -> bool:
    """Whether every part of the model is one that the engine computes."""
    if type(model.model.embed_tokens) not in (nn.Embedding, TiedEmbedding):
        return False
    if any(part._forward_hooks or part._forward_pre_hooks for part in model.modules()):
        return False
    norm = nn.LayerNorm if model.config.family.layer_norm else RMSNorm
    types = set()
    for block in cast("Iterable[DecoderBlock]", model.model.layers):
        mlp, attention = block.mlp, block.self_attn
        if type(block) is not DecoderBlock or type(attention) is not GroupedQueryAttention:
            return False
        if type(mlp) not in (SwiGLU, FeedForward):
            return False
        norms = [block.input_layernorm, block.post_attention_layernorm]
        if any(type(one) is not norm for one in norms):
            return False
        linear = [part for part in (*mlp.children(), *attention.children())]
        linear = [part for part in linear if type(part) is not RMSNorm]
        if not all(map(is_projection, linear)):
            return False
        types |= {row_type(part) for part in linear}
    rotary = model.model.rotary
    if rotary is not None and rotary.dim != model.config.head_dim:
        return False
    if not is_projection(model.lm_head):
        return False
    return types == {torch.float32} or types == {torch.bfloat16}
