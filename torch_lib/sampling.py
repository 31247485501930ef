"""From logits to the next token: penalties, filters and the draw.

B sequences, T tokens so far, V vocabulary, C candidates.
"""

from __future__ import annotations

import torch
from torch import Tensor

from torch_lib.errors import ArgumentError

__all__ = [
    "block_repeated_ngrams",
    "draw",
    "likeliest",
    "most_probable",
    "penalize_repetition",
    "ranked",
    "top_candidates",
]

BLOCK = 128
"""How many logits are looked at together in search of the largest."""


def penalize_repetition(logits: Tensor, ids: Tensor, penalty: float) -> Tensor:
    """Make tokens that were already used less likely.

    Args:
        logits: ``(B, V)``.
        ids: ``(B, T)``, the tokens used.
        penalty: Divides positive logits and multiplies negative ones.
    """
    used = logits.gather(1, ids)
    return logits.scatter(1, ids, torch.where(used > 0, used / penalty, used * penalty))


def block_repeated_ngrams(logits: Tensor, ids: Tensor, size: int) -> Tensor:
    """Forbid each token that would complete a sequence of ``size`` tokens found in ``ids``.

    Args:
        logits: ``(B, V)``.
        ids: ``(B, T)``.
        size: The length of the sequences, at least 1.
    """
    if ids.size(1) < size:
        return logits
    grams = ids.unfold(1, size, 1)
    ending = ids[:, ids.size(1) - size + 1 :]
    repeats = (grams[:, :, :-1] == ending[:, None]).all(-1)
    blocked = logits.clone()
    rows, places = repeats.nonzero(as_tuple=True)
    blocked[rows, grams[rows, places, -1]] = -torch.inf
    hopeless = blocked.isneginf().all(-1, keepdim=True)
    return torch.where(hopeless, logits, blocked)


def top_candidates(
    logits: Tensor,
    temperature: float,
    top_k: int,
    top_p: float,
    min_p: float = 0.0,
    typical_p: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """The tokens that may be drawn, most probable first.

    Args:
        logits: ``(B, V)``.
        temperature: Divides the logits.
        top_k: Keep this many; 0 keeps all.
        top_p: Of these, keep the fewest that together reach this probability.
        min_p: Of these, keep those with at least this share of the best one's probability.
        typical_p: Of these, keep the fewest that together reach this probability, those first
            whose surprise is closest to the one to be expected (locally typical sampling, Meister
            et al. 2022, arXiv:2202.00666).

    Returns:
        Probabilities and ids, ``(B, C)`` each.
    """
    count = min(top_k, logits.size(-1)) if top_k else logits.size(-1)
    scores, ids = (logits / temperature).topk(count)
    probabilities = scores.softmax(-1)
    if top_p < 1:
        before = probabilities.cumsum(-1) - probabilities
        probabilities = probabilities.masked_fill(before >= top_p, 0.0)
    if min_p > 0:
        probabilities = probabilities.masked_fill(probabilities < min_p * probabilities[:, :1], 0.0)
    if typical_p < 1:
        probabilities = _typical(probabilities, typical_p)
    return probabilities, ids


def _typical(probabilities: Tensor, typical_p: float) -> Tensor:
    """Probabilities ``(B, C)``, 0 for what is not among the most typical."""
    whole = probabilities / probabilities.sum(-1, keepdim=True)
    surprise = -whole.clamp_min(torch.finfo(whole.dtype).tiny).log()
    expected = (whole * surprise).sum(-1, keepdim=True)
    distance = (surprise - expected).abs().masked_fill(whole == 0, torch.inf)
    order = distance.argsort(stable=True, dim=-1)
    sorted_whole = whole.gather(-1, order)
    before = sorted_whole.cumsum(-1) - sorted_whole
    untypical = torch.zeros_like(before, dtype=torch.bool).scatter(-1, order, before >= typical_p)
    return probabilities.masked_fill(untypical, 0.0)


def draw(probabilities: Tensor, ids: Tensor, randomness: torch.Generator | None) -> Tensor:
    """One token a row, at random.

    Args:
        probabilities: ``(B, C)``; a row need not sum to 1.
        ids: ``(B, C)``.
        randomness: The source of random numbers, None for the common one.

    Returns:
        ``(B,)``.
    """
    _require_numbers(probabilities)
    places = torch.multinomial(probabilities, 1, generator=randomness)
    return ids.gather(1, places).squeeze(1)


def most_probable(logits: Tensor) -> Tensor:
    """The best token of each row, the lowest id among equals.

    Args:
        logits: ``(B, V)``.

    Returns:
        ``(B,)``.
    """
    ids = logits.argmax(-1)
    _require_numbers(logits.gather(1, ids[:, None]))
    return ids


def likeliest(logits: Tensor, token: int, count: int) -> tuple[float, list[int], list[float]]:
    """The log-probability of ``token``, and the ``count`` most probable tokens with theirs.

    Args:
        logits: ``(V,)``.
        token: An id below V.
        count: How many to find; all if there are fewer.
    """
    chances = logits.log_softmax(-1)  # all of them in half the time of their logsumexp
    ids = _places_of_largest(logits, min(count, logits.numel()))
    numbers = torch.cat((chances[token : token + 1], chances[ids])).tolist()  # one wait
    return numbers[0], ids.tolist(), numbers[1:]


def _places_of_largest(values: Tensor, count: int) -> Tensor:
    """Where the ``count`` largest of ``values`` ``(N,)`` stand, largest first.

    They lie in the blocks with the largest maxima, or in what is left behind the last whole block:
    finding these first takes a third of the time.
    """
    whole = values.numel() // BLOCK
    if whole <= count:
        return values.topk(count).indices
    blocks = values[: whole * BLOCK].view(whole, BLOCK).amax(1).topk(count).indices
    places = torch.arange(BLOCK, device=values.device) + BLOCK * blocks[:, None]
    rest = torch.arange(whole * BLOCK, values.numel(), device=values.device)
    places = torch.cat((places.flatten(), rest))
    return places[values[places].topk(count).indices]


def ranked(values: Tensor, count: int) -> Tensor:
    """Where the ``count`` highest of ``values`` stand, the lower place first among equals.

    Args:
        values: ``(N,)``.
        count: At most N.

    Returns:
        ``(count,)``.
    """
    _require_numbers(values)
    lowest = values.topk(count).values[-1]
    places = (values >= lowest).nonzero().squeeze(1)
    return places[values[places].argsort(descending=True, stable=True)[:count]]


def _require_numbers(values: Tensor) -> None:
    if bool(values.isnan().any()):
        raise ArgumentError("the model's logits are not numbers (nan)")
