"""Attention maps of Hugging Face models, kept by a pass that computes them beside the kernel.

B batch, H heads, Q queries, K keys, V vocabulary.
"""

from __future__ import annotations

from torch import Tensor

from torch_lib.decoder import DecoderModel
from torch_lib.errors import ArgumentError
from torch_lib.hugging_face import model_of
from torch_lib.model_context import ModelContext, kept_scores, watched_forward

__all__ = [
    "hf_clear_attention_scores",
    "hf_forward_attention_scores",
    "hf_forward_attention_size",
    "hf_forward_manual",
]


def hf_forward_manual(
    id: str | DecoderModel, ids: Tensor, context: ModelContext | None = None
) -> Tensor:
    """``hf_forward`` without gradients, which keeps the attention maps of every layer.

    They are kept in the context, or without one with the model, until the next such pass.

    Returns:
        Logits ``(B T V)``, or ``(T V)`` for one sequence.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (torch_shape (torch_hf_forward_manual model '((1 2 3))))
        ; => (1 3 9)
    """
    return watched_forward(model_of(id), ids, context)


def hf_forward_attention_scores(
    id: str | DecoderModel, layer: int, context: ModelContext | None = None
) -> Tensor:
    """How much each token attended to each other one in a layer, at the last manual pass.

    Returns:
        ``(B H Q K)``, every row summing to 1.

    Raises:
        ArgumentError: There was no such pass, or there is no such layer.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (torch_hf_forward_manual model '((1 2 3)))
        (torch_shape (torch_hf_forward_attention_scores model 0))
        ; => (1 2 3 3)
    """
    scores = kept_scores(model_of(id), context)
    if not scores:
        raise ArgumentError("no attention maps are kept: torch_hf_forward_manual makes them")
    if not -len(scores) <= layer < len(scores):
        raise ArgumentError(f"layer {layer} is outside 0 .. {len(scores) - 1}")
    return scores[layer]


def hf_forward_attention_size(id: str | DecoderModel, context: ModelContext | None = None) -> int:
    """The number of layers whose attention maps are kept.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (torch_hf_forward_manual model '((1 2 3)))
        (torch_hf_forward_attention_size model)
        ; => 1
    """
    return len(kept_scores(model_of(id), context))


def hf_clear_attention_scores(id: str | DecoderModel, context: ModelContext | None = None) -> bool:
    """Forget the attention maps that are kept.

    Example:
        (setq model (torch_gpt2_model {"vocab_size":9 "n_embd":8 "n_head":2 "n_layer":1}))
        (torch_hf_forward_manual model '((1 2 3)))
        (torch_hf_clear_attention_scores model)
        (torch_hf_forward_attention_size model)
        ; => 0
    """
    kept_scores(model_of(id), context).clear()
    return True
