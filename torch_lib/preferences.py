"""Learning from preferences.  B sequences, T tokens, V vocabulary."""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor

from torch_lib.display import number_text, shape_text
from torch_lib.errors import ArgumentError, ShapeError
from torch_lib.layers import check_ids, whole_ids

__all__ = ["dpo_loss", "sequence_logprob"]


def sequence_logprob(logits: Tensor, ids: Tensor, mask: Tensor | None = None) -> Tensor:
    """The log probability that a model gives to each sequence: one number a row, or one in all.

    Args:
        logits: ``(B T V)``, or ``(T V)`` for one sequence; those at position ``i`` predict token
            ``i + 1``.
        ids: The tokens, ``(B T)`` or ``(T)``.
        mask: Which tokens count, in the shape of ``ids``: 0 leaves out the prompt or padding.

    Raises:
        ShapeError: The shapes do not fit.
        ArgumentError: A token is outside the vocabulary.

    Example:
        (torch_sequence_logprob (torch_zeros '(1 3 4)) '((0 1 2)))
        ; => (-2.7725887)
    """
    if logits.dim() < 2 or logits.shape[:-1] != ids.shape:
        shapes = f"logits {shape_text(logits.shape)} and ids {shape_text(ids.shape)}"
        raise ShapeError(f"{shapes} do not match")
    if mask is not None and mask.shape != ids.shape:
        shapes = f"mask {shape_text(mask.shape)} and ids {shape_text(ids.shape)}"
        raise ShapeError(f"{shapes} do not match")
    tokens = whole_ids(ids)
    check_ids(tokens, logits.size(-1))
    following = tokens[..., 1:].to(logits.device).unsqueeze(-1)
    chosen = F.log_softmax(logits[..., :-1, :].float(), -1).gather(-1, following).squeeze(-1)
    return (chosen if mask is None else chosen * mask[..., 1:].to(chosen)).sum(-1)


def dpo_loss(
    policy_chosen: Tensor,
    policy_rejected: Tensor,
    reference_chosen: Tensor,
    reference_rejected: Tensor,
    beta: float = 0.1,
) -> Tensor:
    """The loss of direct preference optimization (Rafailov et al. 2023, arXiv:2305.18290).

    Args:
        policy_chosen: Log probabilities of the preferred sequences by the model that trains.
        policy_rejected: Those of the others.
        reference_chosen: Log probabilities of the preferred ones by the model it started from.
        reference_rejected: Those of the others.
        beta: How strongly the model is kept near the reference, above 0.

    Returns:
        The mean over the pairs, without dimensions.

    Raises:
        ShapeError: The shapes differ.
        ArgumentError: ``beta`` is not positive.

    Example:
        (torch_dpo_loss '(-1.0) '(-2.0) '(-1.0) '(-2.0))
        ; => 0.6931472
    """
    if not 0 < beta < math.inf:
        raise ArgumentError(f"beta must be a positive number, got {number_text(beta)}")
    given = (policy_chosen, policy_rejected, reference_chosen, reference_rejected)
    for one in given:
        if one.shape != policy_chosen.shape:
            shapes = f"{shape_text(policy_chosen.shape)} and {shape_text(one.shape)}"
            raise ShapeError(f"log probabilities have different shapes: {shapes}")
    chosen, rejected = policy_chosen - policy_rejected, reference_chosen - reference_rejected
    return -F.logsigmoid(beta * (chosen - rejected)).mean()
